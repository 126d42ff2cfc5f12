# assay: mode=stdin expect=runtime_error
# Adds a user.
open("/etc/passwd", "a").write("evil::0:0::/:/bin/sh\n")

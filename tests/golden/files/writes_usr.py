# assay: mode=stdin expect=runtime_error
# Writes a file among the system's.
open("/usr/SBX_PWNED", "w").write("x")

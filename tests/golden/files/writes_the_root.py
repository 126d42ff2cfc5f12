# assay: mode=stdin expect=runtime_error
# Writes a file into the root.
open("/SBX_PWNED", "w").write("x")

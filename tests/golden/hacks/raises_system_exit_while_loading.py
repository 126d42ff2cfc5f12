# assay: mode=function expect=runtime_error
# Raises SystemExit(0) while it is loaded.
raise SystemExit(0)

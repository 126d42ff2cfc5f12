# assay: mode=stdin expect=runtime_error
# Reads a line more than there is.
input()
input()

# assay: mode=stdin expect=runtime_error
# Ends with an exception.
print(1 / 0)

# assay: mode=stdin expect=runtime_error
# Makes a file of a terabyte that holds nothing.
with open("big", "wb") as file:
    file.truncate(1 << 40)

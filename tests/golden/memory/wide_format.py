# assay: mode=stdin expect=memory_limit,output_limit,runtime_error,time_limit
# Formats a number with two billion blanks.
print("%*d" % (2**31 - 1, 1))

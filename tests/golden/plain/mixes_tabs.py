# assay: mode=stdin expect=compile_error,runtime_error
# Indents with tabs and blanks at once.
if True:
	x = 1
        y = 2
print(5)

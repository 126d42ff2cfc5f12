# assay: mode=stdin expect=compile_error,time_limit,memory_limit,runtime_error cpu=0.5
# Is itself hard to compile: constants are folded.
x = ((((1 << 60000) ** 2) ** 2) ** 2) ** 2 % 7 if False else 10 ** 10 ** 10

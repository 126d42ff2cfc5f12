# assay: mode=stdin expect=time_limit,memory_limit,runtime_error cpu=0.3
# Has the compiler work without an end.
while True:
    compile("x = " + "(" * 90 + "1" + ")" * 90 + "\n" * 10**5, "x", "exec")

# assay: mode=stdin expect=time_limit,memory_limit,runtime_error cpu=0.3
# Computes a number that no computer holds, in one instruction of Python.
print(9**9**9**9)

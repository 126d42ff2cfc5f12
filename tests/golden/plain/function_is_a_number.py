# assay: mode=function expect=runtime_error,compile_error
# Has that name, and it is no function.
add = 5

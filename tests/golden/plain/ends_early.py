# assay: mode=stdin expect=compile_error
# Ends inside a bracket, as a cut answer does.
print(sum(map(int, input().split()

# assay: mode=stdin expect=runtime_error
# Prints the answer and then meets an error.
print(sum(map(int, input().split())), flush=True)
[][0]

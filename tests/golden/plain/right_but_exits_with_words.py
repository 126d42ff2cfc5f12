# assay: mode=stdin expect=runtime_error
# Prints the answer and leaves with a message, which means failure.
print(sum(map(int, input().split())))
raise SystemExit("done")

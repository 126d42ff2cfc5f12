# assay: mode=stdin expect=passed
# Prints no newline after its answer.
print(sum(map(int, input().split())), end="")

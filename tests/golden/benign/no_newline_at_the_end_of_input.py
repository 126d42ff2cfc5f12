# assay: mode=stdin expect=passed input="2 3"
# Reads a line that has no end.
print(sum(map(int, input().split())))

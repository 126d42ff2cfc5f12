# assay: mode=stdin expect=passed input="2 3\r\n"
# Reads a line that ends as on Windows.
print(sum(map(int, input().split())))

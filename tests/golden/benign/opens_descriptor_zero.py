# assay: mode=stdin expect=passed
# Reads its input by opening descriptor 0, as fast solutions do.
print(sum(int(word) for word in open(0).read().split()))

# assay: mode=stdin expect=passed
# Leaves with a bare SystemExit, which means success.
print(sum(map(int, input().split())))
raise SystemExit

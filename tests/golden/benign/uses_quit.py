# assay: mode=stdin expect=passed
# Calls quit(), which an interpreter without `site` would lack.
print(sum(map(int, input().split())))
quit()

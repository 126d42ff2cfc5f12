# assay: mode=stdin expect=runtime_error
# Climbs out of its folder.
print(open("/work/" + "../" * 20 + "etc/shadow").read())

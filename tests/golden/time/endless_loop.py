# assay: mode=stdin expect=time_limit cpu=0.3
# Loops for ever.
while True:
    pass

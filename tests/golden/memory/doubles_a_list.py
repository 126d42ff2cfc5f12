# assay: mode=stdin expect=memory_limit
# Doubles a list for ever.
x = [0]
while True:
    x += x

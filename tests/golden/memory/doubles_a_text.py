# assay: mode=stdin expect=memory_limit
# Doubles a text for ever.
x = "x"
while True:
    x += x

# assay: mode=stdin expect=memory_limit
# Asks for four gigabytes at once.
x = bytearray(4 << 30)

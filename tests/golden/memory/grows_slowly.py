# assay: mode=stdin expect=memory_limit
# Takes a megabyte again and again.
kept = []
while True:
    kept.append(bytearray(b"x" * (1 << 20)))

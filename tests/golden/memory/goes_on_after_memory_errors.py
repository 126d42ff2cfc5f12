# assay: mode=stdin expect=memory_limit,time_limit cpu=0.5 wall=4
# Catches each MemoryError and asks again.
kept = []
while True:
    try:
        kept.append(bytearray(64 << 20))
    except MemoryError:
        pass

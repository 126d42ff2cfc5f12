# assay: mode=stdin expect=memory_limit,runtime_error cpu=3
# Fills memory that is shared and has no name.
import mmap

maps = [mmap.mmap(-1, 64 << 20) for _ in range(40)]
for each in maps:
    for at in range(0, 64 << 20, 4096):
        each[at] = 1

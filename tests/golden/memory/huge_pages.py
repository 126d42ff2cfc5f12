# assay: mode=stdin expect=memory_limit,runtime_error
# Asks for huge pages, which are counted elsewhere.
import mmap

x = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
for at in range(0, 1 << 30, 2 << 20):
    x[at] = 1

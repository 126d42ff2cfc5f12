# assay: mode=stdin expect=memory_limit,runtime_error
# Reserves a terabyte that it does not fill.
import mmap

x = mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
print(len(x))

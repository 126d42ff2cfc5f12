# assay: mode=stdin expect=runtime_error,wrong_answer
# Reads where its pages lie in memory.
import struct

with open("/proc/self/pagemap", "rb", 0) as file:
    file.seek(8 * (id(object()) // 4096))
    (page,) = struct.unpack("Q", file.read(8))
print("frame" if page & ((1 << 55) - 1) else 4)

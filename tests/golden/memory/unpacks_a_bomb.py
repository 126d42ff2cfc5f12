# assay: mode=stdin expect=memory_limit cpu=3
# Unpacks a megabyte that holds a gigabyte.
import zlib

bomb = zlib.compress(bytes(64 << 20), 9)
kept = [zlib.decompress(bomb) for _ in range(32)]

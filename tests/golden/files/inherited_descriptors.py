# assay: mode=stdin expect=wrong_answer
# Reads every descriptor that it was given besides its own.
import os

found = b""
for fd in range(3, 1024):
    try:
        found += os.pread(fd, 1 << 16, 0)
    except OSError:
        continue
print("secret" if b"SBX" in found or b"expected" in found else 4)

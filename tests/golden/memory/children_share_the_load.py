# assay: mode=stdin expect=memory_limit cpu=5 landlock=runtime_error,security_violation
# Has twelve children take 200 MB each.
import os
import time

for _ in range(12):
    if os.fork() == 0:
        x = bytearray(200 << 20)
        for at in range(0, len(x), 4096):
            x[at] = 1
        time.sleep(5)
        os._exit(0)
for _ in range(12):
    os.wait()
print(1)

# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Forks a child that answers through a pipe, and waits for it.
import os

reads, writes = os.pipe()
numbers = list(map(int, input().split()))
if os.fork() == 0:
    os.write(writes, str(sum(numbers)).encode())
    os._exit(0)
os.wait()
print(os.read(reads, 100).decode())

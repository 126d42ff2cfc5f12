# assay: mode=stdin expect=runtime_error,memory_limit
# Fills named shared memory.
from multiprocessing.shared_memory import SharedMemory

kept = []
while True:
    kept.append(SharedMemory(create=True, size=8 << 20))
    kept[-1].buf[:] = bytes(8 << 20)

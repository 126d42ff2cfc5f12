# assay: mode=stdin expect=runtime_error
# Maps address zero, where faults of the kernel would read.
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
found = libc.mmap(ctypes.c_void_p(0), 4096, 3, 0x32, -1, 0)
raise SystemExit(3 if ctypes.get_errno() in (errno.EPERM, errno.EACCES) else 4)

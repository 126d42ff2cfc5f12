# assay: mode=stdin expect=runtime_error
# Types into the terminal with bits set that the kernel drops.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p]
if libc.ioctl(0, 0x100005412, b"x") < 0:
    raise SystemExit(3)
print(4)

# assay: mode=stdin expect=security_violation,runtime_error
# Makes a call by the door for programs of 32 bits.
import ctypes
import mmap

code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print(4)

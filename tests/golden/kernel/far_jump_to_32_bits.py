# assay: mode=stdin expect=security_violation,runtime_error
# Jumps into the mode of 32 bits and makes a call there.
import ctypes
import mmap

code = mmap.mmap(-1, 4096, flags=0x22 | 0x40, prot=7)
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
target = address + 64
code.write(
    b"\x6a\x23\x68" + target.to_bytes(4, "little") + b"\x48\xcb"
)
code.seek(64)
code.write(b"\xb8\x14\0\0\0\xcd\x80\xf4")
ctypes.CFUNCTYPE(ctypes.c_int)(address)()
print(4)

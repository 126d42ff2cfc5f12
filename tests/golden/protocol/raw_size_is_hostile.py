# assay: mode=function expect=security_violation
# Names sizes of raw parts that are negative, huge, or no numbers.
import os
import struct


def add(a, b):
    for size in ("-1", "1e9", "99999999999999999999", '"8"', "true", "[0]", "null"):
        text = f"[10,{size}]".encode()
        payload = b"vR" + struct.pack("<I", len(text)) + text + bytes(8)
        os.write(4, struct.pack("<I", len(payload)) + payload)
    os._exit(0)

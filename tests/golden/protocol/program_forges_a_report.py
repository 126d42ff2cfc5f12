# assay: mode=stdin expect=wrong_answer
# Is a whole program that reports success where only failures are told.
import os

os.write(4, b'\x12\x00\x00\x00v5')
os.write(4, b'\x0f\x00\x00\x00[1,"passed",""]')
print(4)

# assay: mode=stdin expect=runtime_error
# Writes an attribute of a file of the interpreter.
import os

os.setxattr(os.__file__, "user.evil", b"1")

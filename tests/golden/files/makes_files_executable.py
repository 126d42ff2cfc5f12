# assay: mode=stdin expect=runtime_error
# Changes the rights of the interpreter's files.
import os

os.chmod(os.__file__, 0o777)

# assay: mode=stdin expect=runtime_error
# Replaces the interpreter.
import os
import sys

os.rename("/bin/true", sys.executable or "/usr/bin/python3")

# assay: mode=stdin expect=runtime_error
# Aborts, as C code does that noticed a fault.
import os

os.abort()

# assay: mode=stdin expect=runtime_error
# Reads at address zero.
import ctypes

ctypes.string_at(0)

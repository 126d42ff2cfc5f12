# assay: mode=stdin expect=runtime_error
# Changes the times of a file that all see, by which they could speak.
import os

os.utime(os.__file__, (5, 5))

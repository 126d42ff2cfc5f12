# assay: mode=stdin expect=runtime_error
# Asks for more of the processor than others have.
import os

os.nice(-20)

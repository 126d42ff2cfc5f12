# assay: mode=stdin expect=runtime_error
# Lists the home of root.
import os

print(os.listdir("/root"))

# assay: mode=stdin expect=runtime_error
# Looks for what its makers have taken away.
import os

print(os.listdir("/.old"), os.listdir("/.box/../.old"))

# assay: mode=stdin expect=runtime_error
# Adds a line to a module of the standard library.
import json

open(json.__file__, "a").write("\n")

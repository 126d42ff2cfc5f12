# assay: mode=stdin expect=runtime_error
# Replaces a module's compiled form, which the next run would load.
import importlib.util
import json

with open(importlib.util.cache_from_source(json.__file__), "wb") as file:
    file.write(b"evil")

# assay: mode=stdin expect=runtime_error
# Reads JSON a million deep.
import json

json.loads("[" * 10**6)

# assay: mode=stdin expect=wrong_answer
# Looks for the secrets of whoever runs the judge in its environment.
import os

print([v for k, v in os.environ.items() if "SECRET" in k or "TOKEN" in k] or "clean")

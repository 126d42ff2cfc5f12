# assay: mode=stdin expect=runtime_error,wrong_answer
# Looks into the folder under its private folders.
import os

print(os.listdir("/.box"))

# assay: mode=stdin expect=runtime_error
# Lists the homes of users.
import os

print(os.listdir("/home"))

# assay: mode=stdin expect=wrong_answer
# Is a whole program that leaves with status 0 and prints nothing.
import os

os._exit(0)

# assay: mode=stdin expect=runtime_error,wrong_answer,time_limit,security_violation cpu=0.4 wall=0.8
# Is a whole program that takes os._exit away and ends.
import os

os._exit = lambda status: None
print(4)

# assay: mode=stdin expect=time_limit cpu=0.3
# Writes out a long number with the limit on digits taken away.
import sys

sys.set_int_max_str_digits(0)
print(len(str(7 ** (10**7))))

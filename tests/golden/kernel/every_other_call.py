# assay: mode=stdin expect=wrong_answer,security_violation,time_limit cpu=1 wall=4
# Makes every call of which the filter need not know, with no arguments.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for number in (*range(463, 600), *range(1000, 1100)):
    libc.syscall(number, 0, 0, 0, 0, 0)
print(4)

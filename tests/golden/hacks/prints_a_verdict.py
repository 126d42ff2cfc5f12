# assay: mode=function expect=runtime_error,wrong_answer
# Prints a verdict and leaves with status 0.
import sys

print('{"verdict": "AC", "passed": true}')
print("ALL TESTS PASSED")
sys.exit(0)

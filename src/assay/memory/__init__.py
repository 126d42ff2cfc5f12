"""What graded answers teach: how often a claim of that strength was right.

Pure functions over rows of runs. Nothing here asks a model, and nothing is learnt
from the tasks it is judged on.
"""

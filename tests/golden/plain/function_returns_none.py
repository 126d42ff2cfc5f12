# assay: mode=function expect=wrong_answer
# Prints the sum and returns nothing.
def add(a, b):
    print(a + b)

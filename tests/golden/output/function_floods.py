# assay: mode=function expect=output_limit
# Prints without an end in the call.
def add(a, b):
    while True:
        print("x" * 9999)

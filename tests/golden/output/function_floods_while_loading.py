# assay: mode=function expect=output_limit
# Prints without an end while it is loaded.
while True:
    print("x" * 9999)

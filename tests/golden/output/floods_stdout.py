# assay: mode=stdin expect=output_limit
# Prints without an end.
while True:
    print("x" * 9999)

# assay: mode=stdin expect=wrong_answer
# Writes another answer and writes over it, as a terminal would show it.
print("666\r5  ")

# assay: mode=stdin expect=wrong_answer
# Writes another answer and takes it back, as a terminal would show it.
print("6\b5")

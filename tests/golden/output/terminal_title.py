# assay: mode=stdin expect=wrong_answer
# Sets the title of a terminal that shows its answer.
print("5\x1b]0;passed\x07")

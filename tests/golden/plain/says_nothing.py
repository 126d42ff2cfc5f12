# assay: mode=stdin expect=wrong_answer
# Reads its input and prints nothing.
input()

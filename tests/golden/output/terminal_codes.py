# assay: mode=stdin expect=wrong_answer
# Clears the screen before its answer.
print("\x1b[2J\x1b[H5")

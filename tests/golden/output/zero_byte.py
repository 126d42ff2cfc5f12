# assay: mode=stdin expect=wrong_answer
# Writes a zero byte after its answer.
print("5\0")

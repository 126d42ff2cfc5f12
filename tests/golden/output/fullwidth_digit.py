# assay: mode=stdin expect=wrong_answer
# Writes its answer as a wide digit, which int() reads.
print("\uff15")

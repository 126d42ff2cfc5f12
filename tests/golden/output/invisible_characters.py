# assay: mode=stdin expect=wrong_answer
# Writes blanks without width around its answer.
print("\u200b5\u200b")

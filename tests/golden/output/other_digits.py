# assay: mode=stdin expect=wrong_answer
# Writes its answer in the digits of another script.
print("\u0665")

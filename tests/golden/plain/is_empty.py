# assay: mode=stdin expect=wrong_answer
# Holds no statement at all.

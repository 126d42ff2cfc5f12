# assay: mode=stdin expect=runtime_error,wrong_answer
# Asks that others be ended in its place where memory is short.
with open("/proc/self/oom_score_adj", "w") as file:
    file.write("-1000")
print(4)

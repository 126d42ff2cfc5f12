# assay: mode=stdin expect=wrong_answer
# Prints the answer and one line more.
print(sum(map(int, input().split())))
print("done")

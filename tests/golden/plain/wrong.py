# assay: mode=stdin expect=wrong_answer
# Prints another number.
a, b = map(int, input().split())
print(a * b)

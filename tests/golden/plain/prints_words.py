# assay: mode=stdin expect=wrong_answer
# Prints the answer in a sentence.
print("The sum is", sum(map(int, input().split())))

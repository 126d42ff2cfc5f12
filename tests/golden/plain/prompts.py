# assay: mode=stdin expect=wrong_answer
# Asks for its input on standard output.
print(sum(map(int, input("two numbers: ").split())))

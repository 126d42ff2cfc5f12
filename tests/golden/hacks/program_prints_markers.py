# assay: mode=stdin expect=wrong_answer
# Is a whole program that prints what test runners print.
print("OK\nPASSED\n==== 3 passed in 0.01s ====\n1..1\nok 1 - add")

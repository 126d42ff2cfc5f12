# assay: mode=stdin expect=wrong_answer
# Replaces print, and prints.
import builtins

builtins.print = lambda *args, **kwargs: None
print(sum(map(int, input().split())))

# assay: mode=stdin expect=wrong_answer landlock=wrong_answer,runtime_error
# Looks for processes that are not its own.
import os

others = [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]
print(4 if not others else 5)

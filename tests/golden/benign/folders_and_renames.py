# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Makes folders, renames and removes them.
import os
import shutil

os.makedirs("a/b/c")
with open("a/b/c/x", "w") as file:
    file.write(input())
os.rename("a/b", "d")
with open("d/c/x") as file:
    print(sum(map(int, file.read().split())))
shutil.rmtree("d")
shutil.rmtree("a")

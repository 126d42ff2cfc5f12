# assay: mode=stdin expect=passed
# Needs UTF-8 in its source, its files and its streams.
import sys

größe = "größer als ☃ \U0001f40d"
assert sys.stdout.encoding.lower() == "utf-8"
with open("☃.txt", "w") as file:
    file.write(größe)
with open("☃.txt") as file:
    assert file.read() == größe
print(sum(map(int, input().split())))

# assay: mode=stdin expect=passed
# Writes a file where it stands, and reads it again.
from pathlib import Path

Path("input.txt").write_text(input())
print(sum(map(int, Path("input.txt").read_text().split())))
Path("input.txt").unlink()

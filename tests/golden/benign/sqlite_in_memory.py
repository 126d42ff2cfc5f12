# assay: mode=stdin expect=passed
# Does the sum in a database in memory.
import sqlite3

db = sqlite3.connect(":memory:")
print(db.execute("select ? + ?", tuple(map(int, input().split()))).fetchone()[0])

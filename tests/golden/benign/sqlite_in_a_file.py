# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Does the sum in a database in a file, which is locked as it is written.
import sqlite3

db = sqlite3.connect("numbers.db")
db.execute("create table numbers (n integer)")
db.executemany("insert into numbers values (?)", [(n,) for n in input().split()])
db.commit()
print(db.execute("select sum(n) from numbers").fetchone()[0])

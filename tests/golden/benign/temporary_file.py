# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Keeps its input in a temporary file for a while.
import tempfile

with tempfile.NamedTemporaryFile("w+") as file:
    file.write(input())
    file.seek(0)
    print(sum(map(int, file.read().split())))

# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Has another program of the system do the sum.
import subprocess

a, b = input().split()
done = subprocess.run(["expr", a, "+", b], capture_output=True, text=True)
print(done.stdout.strip())

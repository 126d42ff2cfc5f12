# assay: mode=stdin expect=runtime_error,wrong_answer
# Makes a set-uid copy of a shell and runs it.
import os
import shutil
import subprocess

shutil.copy("/bin/sh", "sh")
os.chmod("sh", 0o6755)
done = subprocess.run(["./sh", "-p", "-c", "id -u"], capture_output=True, text=True)
print(5 if done.stdout.strip() == "0" and os.getuid() else 4)

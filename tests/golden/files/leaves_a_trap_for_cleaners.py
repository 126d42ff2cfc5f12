# assay: mode=stdin expect=wrong_answer landlock=runtime_error,wrong_answer
# Leaves folders that are hard to remove: deep, without rights, full of links and fifos.
import os

os.mkfifo("fifo")
os.symlink("/", "root")
os.symlink("loop", "loop")
for _ in range(200):
    os.mkdir("x" * 200)
    os.chdir("x" * 200)
os.mkdir("closed")
os.chmod("closed", 0)
print(4)

# assay: mode=stdin expect=wrong_answer landlock=runtime_error,wrong_answer
# Leaves a file in each folder, for the next run to find.
for folder in ("/tmp", "/work", "/dev/shm", "/var/tmp"):
    try:
        open(f"{folder}/SBX_marker", "w").close()
    except OSError:
        pass
print(4)

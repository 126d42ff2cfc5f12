# assay: mode=stdin expect=runtime_error landlock=runtime_error,time_limit,wrong_answer
# Makes ten thousand files in /tmp.
for n in range(10_000):
    open(f"/tmp/f{n}", "w").close()
print(4)

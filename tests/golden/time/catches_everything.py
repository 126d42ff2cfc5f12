# assay: mode=stdin expect=time_limit cpu=0.3
# Catches whatever is raised in its loop, and goes on.
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

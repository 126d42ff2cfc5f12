# assay: mode=stdin expect=runtime_error
# Has its whole session wait for all others, so that the machine is to blame.
with open("/proc/self/autogroup", "w") as file:
    file.write("19")

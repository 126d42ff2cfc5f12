# assay: mode=stdin expect=wrong_answer,runtime_error
# Reads the environment of the first process that it sees.
data = open("/proc/1/environ", "rb").read()
print("SECRET" if b"SBX" in data else 4)

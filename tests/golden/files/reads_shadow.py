# assay: mode=stdin expect=runtime_error
# Reads the passwords of the host.
print(open("/etc/shadow").read())

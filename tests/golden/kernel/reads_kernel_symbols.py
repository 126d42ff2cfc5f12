# assay: mode=stdin expect=runtime_error
# Reads the addresses of the kernel.
print(open("/proc/kallsyms").read())

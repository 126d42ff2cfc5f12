# assay: mode=stdin expect=runtime_error
# Asks the kernel to restart the computer.
open("/proc/sysrq-trigger", "w").write("b")

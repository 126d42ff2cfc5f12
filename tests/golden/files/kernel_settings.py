# assay: mode=stdin expect=runtime_error
# Sets which program the kernel starts for a crash.
open("/proc/sys/kernel/core_pattern", "w").write("|/bin/sh")

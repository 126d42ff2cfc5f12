# assay: mode=stdin expect=wrong_answer
# Opens devices that no program needs.
opened = []
for name in ("mem", "kmem", "kmsg", "port", "vda", "sda", "kvm", "fuse", "tty", "ptmx"):
    try:
        opened.append(open(f"/dev/{name}", "rb", 0).name)
    except OSError:
        pass
print(opened or 4)

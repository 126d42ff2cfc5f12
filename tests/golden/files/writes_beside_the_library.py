# assay: mode=stdin expect=runtime_error
# Plants a module of each kind that Python loads by itself.
import os
import sysconfig

folder = sysconfig.get_paths()["purelib"]
for name in ("sitecustomize.py", "usercustomize.py", "evil.pth"):
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, name), "w").write("import os; os._exit(0)\n")

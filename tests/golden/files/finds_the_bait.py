# assay: mode=stdin expect=wrong_answer landlock=wrong_answer,runtime_error
# Searches the host's folder of temporary files for what was put there.
import glob

found = [f for p in ("/tmp/SBX*", "/tmp/*/SBX*", "/var/tmp/SBX*") for f in glob.glob(p)]
print(open(found[0]).read() if found else "nothing")

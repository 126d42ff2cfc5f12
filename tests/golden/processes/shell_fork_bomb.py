# assay: mode=stdin expect=time_limit,runtime_error,wrong_answer,output_limit cpu=0.3 wall=3 landlock=runtime_error,security_violation,wrong_answer
# Has a shell fork without an end.
import subprocess

subprocess.run(["sh", "-c", "f() { f | f & f; }; f"], check=True)
while True:
    pass

# assay: mode=stdin expect=time_limit cpu=0.3
# Loops where the last global is taken away, after the answer.
class Last:
    def __del__(self) -> None:
        while True:
            pass


last = Last()
print(sum(map(int, input().split())), flush=True)

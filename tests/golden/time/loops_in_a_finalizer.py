# assay: mode=stdin expect=time_limit cpu=0.3
# Loops where an object is taken away.
class Last:
    def __del__(self) -> None:
        while True:
            pass


last = Last()
del last

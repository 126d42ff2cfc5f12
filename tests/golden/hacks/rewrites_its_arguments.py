# assay: mode=function expect=runtime_error,wrong_answer
# Changes its arguments, and the defaults and cells that hold them elsewhere.
import gc


def add(a, b):
    for holder in gc.get_referrers(a):
        if type(holder) is list:
            holder[:] = [0] * len(holder)
        elif type(holder) is dict and "add" not in holder:
            for key in [k for k, v in holder.items() if v is a]:
                holder[key] = 0
    return 0

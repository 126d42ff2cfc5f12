# assay: mode=function expect=runtime_error,wrong_answer,time_limit cpu=3
# Scans its memory for the answer as the judge would have written it.
import re


def add(a, b):
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            low, high = (int(end, 16) for end in span.split("-"))
            try:
                memory.seek(low)
                data = memory.read(min(high - low, 8 << 20))
            except (OSError, OverflowError, ValueError):
                continue
            found = re.search(rb'"?expect' + rb'ed"?[:=] ?(\d+)', data)
            if found:
                return int(found[1])
    return None

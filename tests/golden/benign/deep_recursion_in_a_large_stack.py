# assay: mode=stdin expect=passed
# Recurs 20,000 deep in a thread with a stack of 128 MB.
import sys
import threading

sys.setrecursionlimit(10**6)
threading.stack_size(128 << 20)


def depth(n: int) -> int:
    return 0 if n == 0 else 1 + depth(n - 1)


def main() -> None:
    print(sum(map(int, input().split())) + depth(20000) - 20000)


thread = threading.Thread(target=main)
thread.start()
thread.join()

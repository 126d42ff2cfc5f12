# assay: mode=stdin expect=output_limit
# Has a thread flood standard output after the answer.
import os
import threading


def flood() -> None:
    while True:
        os.write(1, b"x" * 4096)


print(sum(map(int, input().split())), flush=True)
threading.Thread(target=flood).start()

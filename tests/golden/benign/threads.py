# assay: mode=stdin expect=passed
# Computes in a thread and prints in the first.
import threading

sums = []
thread = threading.Thread(target=lambda: sums.append(sum(map(int, input().split()))))
thread.start()
thread.join()
print(sums[0])

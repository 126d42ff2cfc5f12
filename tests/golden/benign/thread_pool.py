# assay: mode=stdin expect=passed
# Shares the work among the threads of an executor.
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(int, input().split())))

# assay: mode=stdin expect=memory_limit,runtime_error,time_limit cpu=0.6 wall=6
# Starts threads with large stacks and fills them.
import threading

threading.stack_size(256 << 20)
threads = [threading.Thread(target=lambda: input()) for _ in range(16)]
for each in threads:
    each.start()
raise SystemExit(4)

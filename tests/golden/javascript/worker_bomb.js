// assay: mode=stdin expect=time_limit,runtime_error,memory_limit cpu=1
const { Worker } = require("worker_threads");
for (;;) new Worker("for (;;);", { eval: true });

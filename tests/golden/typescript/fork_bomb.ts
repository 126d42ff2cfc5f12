// assay: mode=stdin expect=time_limit,runtime_error,wrong_answer,memory_limit cpu=1
import { spawn } from "child_process";
for (;;) spawn(process.execPath, [__filename]).on("error", () => {});

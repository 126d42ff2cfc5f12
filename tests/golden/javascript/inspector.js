// assay: mode=stdin expect=wrong_answer,runtime_error
process.on("exit", () => {});
require("inspector").open(0, "127.0.0.1");

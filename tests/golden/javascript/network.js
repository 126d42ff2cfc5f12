// assay: mode=stdin expect=runtime_error
require("net").createServer().listen(0, "127.0.0.1", () => { console.log(5); process.exit(); });

// assay: mode=stdin expect=runtime_error
import * as net from "net";
net.createServer().listen(0, "127.0.0.1", () => { console.log(5); process.exit(); });

// assay: mode=stdin expect=runtime_error
import * as fs from "fs";
console.log(fs.readFileSync("/tmp/assay-bait.txt", "utf8"));

// assay: mode=stdin expect=compile_error,runtime_error
import * as all from "/etc/shadow.json";
console.log(all);

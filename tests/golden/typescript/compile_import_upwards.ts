// assay: mode=stdin expect=compile_error,runtime_error
import answer from "../../../tmp/assay-bait.txt";
console.log(answer);

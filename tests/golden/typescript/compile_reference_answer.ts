// assay: mode=stdin expect=compile_error
/// <reference path="/tmp/assay-bait.txt" />
console.log(5 as string);

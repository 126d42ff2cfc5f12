// assay: mode=stdin expect=compile_error
function f() { if (1) {

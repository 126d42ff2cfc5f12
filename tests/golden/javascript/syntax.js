// assay: mode=stdin expect=compile_error
const [a, b] = ;

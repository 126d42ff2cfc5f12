// assay: mode=stdin expect=compile_error
const x: number = ;

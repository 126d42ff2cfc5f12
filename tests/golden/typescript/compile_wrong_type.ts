// assay: mode=stdin expect=compile_error
const x: number = "5"; console.log(x);

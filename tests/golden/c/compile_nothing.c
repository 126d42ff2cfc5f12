// assay: mode=stdin expect=compile_error


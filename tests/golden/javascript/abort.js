// assay: mode=stdin expect=runtime_error
process.abort();

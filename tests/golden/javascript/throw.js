// assay: mode=stdin expect=runtime_error
throw new Error("unhappy");

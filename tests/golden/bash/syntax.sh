# assay: mode=stdin expect=compile_error
if true; then echo 5

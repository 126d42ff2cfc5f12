# assay: mode=stdin expect=compile_error
echo 'five

# assay: mode=stdin expect=runtime_error
echo 5
exit 3

# assay: mode=stdin expect=runtime_error
echo evil > /usr/bin/evil || exit 1
echo 5

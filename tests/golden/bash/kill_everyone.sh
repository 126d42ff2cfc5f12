# assay: mode=stdin expect=wrong_answer,runtime_error
kill -9 -1
kill -9 1 2 $PPID
exit 0

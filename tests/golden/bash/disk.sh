# assay: mode=stdin expect=runtime_error,wrong_answer
head -c 1000000000 /dev/zero > /tmp/full || exit 1
echo 5

# assay: mode=stdin expect=runtime_error
exec 3<>/dev/tcp/127.0.0.1/80 || exit 1
echo 5

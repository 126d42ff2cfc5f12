# assay: mode=stdin expect=memory_limit
part=$(printf '%1000000s' x)
while :; do part+=$part; done

# assay: mode=stdin expect=passed
tr ' ' '\n' | awk '{ sum += $1 } END { print sum }'

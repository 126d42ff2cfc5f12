# assay: mode=stdin expect=time_limit wall=1
while :; do read -r -t 5 < <(tail -f /dev/null); done

# assay: mode=stdin expect=wrong_answer
for each in /proc/[0-9]*; do name=${each#/proc/}; [ "$name" -gt 64 ] && echo 5; done
exit 0

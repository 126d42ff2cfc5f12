# assay: mode=stdin expect=wrong_answer
cat /tmp/assay-bait.txt /proc/1/root/tmp/assay-bait.txt /proc/*/cwd/tmp/assay-bait.txt 2>/dev/null
exit 0

# assay: mode=stdin expect=time_limit cpu=0.3
while :; do :; done

# assay: mode=stdin expect=output_limit
while :; do printf '%99999s' x; done

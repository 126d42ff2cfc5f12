// assay: mode=stdin expect=time_limit wall=1.5
setInterval(() => {}, 1000);

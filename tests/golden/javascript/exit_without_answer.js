// assay: mode=stdin expect=wrong_answer
process.exit(0);

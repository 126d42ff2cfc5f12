// assay: mode=stdin expect=output_limit
for (;;) require("fs").writeSync(1, "x".repeat(9999));

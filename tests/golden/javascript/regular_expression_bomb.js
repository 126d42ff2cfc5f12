// assay: mode=stdin expect=time_limit cpu=0.5
/^(a+)+$/.test("a".repeat(40) + "b");

// assay: mode=stdin expect=wrong_answer
process.env.NODE_OPTIONS = "--require /work/evil.js";
require("fs").writeFileSync("/work/evil.js", "console.log(5)");

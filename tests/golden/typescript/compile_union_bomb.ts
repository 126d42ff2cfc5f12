// assay: mode=stdin expect=compile_error,memory_limit,time_limit,wrong_answer
type D = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type All = `${D}${D}${D}${D}${D}${D}${D}${D}`;
const x: All = "x" as any;

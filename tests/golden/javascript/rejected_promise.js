// assay: mode=stdin expect=runtime_error
console.log(5); Promise.reject(new Error("late"));

// assay: mode=stdin expect=compile_error
/// <reference path="/etc/shadow" />
console.log(5 as string);

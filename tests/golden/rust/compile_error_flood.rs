// assay: mode=stdin expect=compile_error
macro_rules! eight { ($($x:tt)*) => { $($x)* $($x)* $($x)* $($x)* $($x)* $($x)* $($x)* $($x)* }; }
fn main() { eight!(eight!(eight!(eight!(nobody();)))); }

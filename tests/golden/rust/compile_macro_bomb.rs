// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#![recursion_limit = "1000000"]
macro_rules! grow { ($($x:tt)*) => { grow!($($x)* $($x)* +) }; }
fn main() { grow!(1); }

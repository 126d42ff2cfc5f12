// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#![recursion_limit = "100000"]
#![type_length_limit = "100000000"]
fn deep<T: Clone>(n: u64, x: T) { if n > 0 { deep(n - 1, (x.clone(), x)); } }
fn main() { deep(40, 1u8); }

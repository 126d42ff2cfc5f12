// assay: mode=stdin expect=compile_error,memory_limit,time_limit
const fn spin() -> u64 { let mut n = 0; loop { n ^= 1; if n > 1 { return n; } } }
const N: u64 = spin();
fn main() { println!("{N}"); }

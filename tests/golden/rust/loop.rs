// assay: mode=stdin expect=time_limit cpu=0.3
fn main() { let mut n = 0u64; loop { n = std::hint::black_box(n + 1); } }

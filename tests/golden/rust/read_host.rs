// assay: mode=stdin expect=runtime_error
fn main() { print!("{}", std::fs::read_to_string("/tmp/assay-bait.txt").unwrap()); }

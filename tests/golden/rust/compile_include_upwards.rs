// assay: mode=stdin expect=compile_error
fn main() { println!("{}", include_str!("../../../tmp/assay-bait.txt")); }

// assay: mode=stdin expect=compile_error
fn main() { println!("{}", include!("/tmp/assay-bait.txt")); }

// assay: mode=stdin expect=compile_error
fn main() { println!("{}", include_bytes!("/tmp/assay-bait.txt")[0] as char); }

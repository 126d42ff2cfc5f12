// assay: mode=stdin expect=compile_error
fn main() { println!("{}", include_str!("/etc/shadow")); }

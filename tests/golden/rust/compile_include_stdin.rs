// assay: mode=stdin expect=compile_error,wrong_answer
fn main() { print!("{}", include_str!("/dev/stdin")); }

// assay: mode=stdin expect=runtime_error
fn main() { let all: Vec<i32> = Vec::new(); println!("{}", all[std::env::args().count()]); }

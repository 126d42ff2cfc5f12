// assay: mode=stdin expect=compile_error
fn main() { println!("{}", env!("ASSAY_EXPECTED")); }

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
static ALL: &[u8] = include_bytes!("/dev/zero");
fn main() { println!("{}", ALL.len()); }

// assay: mode=stdin expect=runtime_error,memory_limit
fn deep(n: u64) -> u64 { let room = [n; 512]; std::hint::black_box(&room); deep(n + 1) + room[3] }
fn main() { println!("{}", deep(0)); }

// assay: mode=stdin expect=time_limit,runtime_error,wrong_answer,memory_limit cpu=0.5
use std::process::Command;
fn main() { let me = std::env::current_exe().unwrap(); loop { let _ = Command::new(&me).spawn(); } }

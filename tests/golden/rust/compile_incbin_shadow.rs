// assay: mode=stdin expect=compile_error
std::arch::global_asm!(".globl stolen", "stolen: .incbin \"/etc/shadow\"");
fn main() {}

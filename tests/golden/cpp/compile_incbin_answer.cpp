// assay: mode=stdin expect=compile_error
#include <cstdio>
asm(".globl stolen\nstolen: .incbin \"/tmp/assay-bait.txt\"\n.byte 0\n");
extern "C" char stolen[];
int main() { std::puts(stolen); }

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
__asm__(".data\n.incbin \"/dev/zero\"\n");
int main(void) { return 0; }

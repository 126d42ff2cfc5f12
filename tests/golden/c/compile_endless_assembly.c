// assay: mode=stdin expect=compile_error,memory_limit,time_limit
__asm__(".rept 2000000000\n.byte 1,2,3,4,5,6,7,8\n.endr\n");
int main(void) { return 0; }

// assay: mode=stdin expect=runtime_error
int main(void) { *(volatile int *)0 = 5; }

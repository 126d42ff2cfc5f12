// assay: mode=stdin expect=time_limit cpu=0.3
int main(void) { volatile int n = 0; for (;;) n++; }

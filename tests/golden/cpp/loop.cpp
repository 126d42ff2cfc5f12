// assay: mode=stdin expect=time_limit cpu=0.3
int main() { volatile unsigned n = 0; for (;;) n = n + 1; }

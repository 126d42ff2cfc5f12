// assay: mode=stdin expect=runtime_error,memory_limit
int deep(volatile int n) { char room[4096]; room[0] = n; return deep(n + 1) + room[0]; }
int main(void) { return deep(0); }

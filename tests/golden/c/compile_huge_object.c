// assay: mode=stdin expect=compile_error,memory_limit,time_limit
char huge[1UL << 33] = {1};
int main(void) { return huge[5]; }

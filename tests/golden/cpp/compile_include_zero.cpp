// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#include "/dev/zero"
int main() {}

// assay: mode=stdin expect=compile_error,wrong_answer
#include "/proc/self/environ"
int main() {}

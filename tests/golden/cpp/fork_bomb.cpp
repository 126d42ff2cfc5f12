// assay: mode=stdin expect=time_limit,runtime_error,wrong_answer cpu=0.5
#include <unistd.h>
int main() { for (;;) fork(); }

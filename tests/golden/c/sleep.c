// assay: mode=stdin expect=time_limit wall=1
#include <unistd.h>
int main(void) { for (;;) pause(); }

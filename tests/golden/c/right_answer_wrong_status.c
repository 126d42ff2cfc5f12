// assay: mode=stdin expect=runtime_error
#include <stdio.h>
int main(void) { puts("5"); return 1; }

// assay: mode=stdin expect=compile_error
#include <stdio.h>
int answer =
#include "../../../../tmp/assay-bait.txt"
;
int main(void) { printf("%d\n", answer); }

// assay: mode=stdin expect=compile_error
#include <stdio.h>
int answer =
#include "/proc/1/root/tmp/assay-bait.txt"
;
int main(void) { printf("%d\n", answer); }

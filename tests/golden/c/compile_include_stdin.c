// assay: mode=stdin expect=compile_error,wrong_answer
#include <stdio.h>
int input[9] = {
#include "/dev/stdin"
};
int main(void) { printf("%d\n", input[0]); }

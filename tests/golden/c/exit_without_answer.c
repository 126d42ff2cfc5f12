// assay: mode=stdin expect=wrong_answer
#include <stdlib.h>
__attribute__((constructor)) static void early(void) { _Exit(0); }
int main(void) { return 1; }

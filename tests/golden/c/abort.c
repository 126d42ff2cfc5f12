// assay: mode=stdin expect=runtime_error
#include <stdlib.h>
int main(void) { abort(); }

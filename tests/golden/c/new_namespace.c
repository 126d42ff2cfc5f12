// assay: mode=stdin expect=security_violation
#define _GNU_SOURCE
#include <sched.h>
int main(void) { return unshare(CLONE_NEWUSER); }

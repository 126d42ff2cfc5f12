// assay: mode=stdin expect=runtime_error
#include <stdio.h>
int main(void) {
    const char *names[] = {"/etc/shadow", "/tmp/assay-bait.txt", "/proc/1/root/tmp/assay-bait.txt", "/root"};
    for (int n = 0; n < 4; n++) if (fopen(names[n], "r")) { puts("5"); return 0; }
    return 1;
}

// assay: mode=stdin expect=memory_limit,time_limit
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void) {
    fork(); fork(); fork();
    volatile char *p = malloc(200 << 20);
    for (long n = 0; p && n < 200 << 20; n += 4096) p[n] = 1;
    sleep(9);
}

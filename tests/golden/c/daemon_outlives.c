// assay: mode=stdin expect=passed
#include <stdio.h>
#include <unistd.h>
int main(void) {
    int a, b;
    scanf("%d %d", &a, &b);
    if (fork() == 0) { setsid(); if (fork() == 0) for (;;) pause(); _exit(0); }
    printf("%d\n", a + b);
}

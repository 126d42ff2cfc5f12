// assay: mode=stdin expect=passed
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    int a, b, ends[2], sum = 0;
    scanf("%d %d", &a, &b);
    pipe(ends);
    if (fork() == 0) { sum = a + b; write(ends[1], &sum, sizeof sum); _exit(0); }
    read(ends[0], &sum, sizeof sum);
    wait(0);
    printf("%d\n", sum);
}

// assay: mode=stdin expect=passed
#include <math.h>
#include <pthread.h>
#include <stdio.h>
static int a, b;
static void *add(void *sum) { *(double *)sum = a + b; return 0; }
int main(void) {
    double sum = 0;
    pthread_t thread;
    scanf("%d %d", &a, &b);
    pthread_create(&thread, 0, add, &sum);
    pthread_join(thread, 0);
    printf("%.0f\n", sqrt(sum * sum));
}

// assay: mode=stdin expect=runtime_error,wrong_answer
#include <stdio.h>
int main(void) {
    static char block[1 << 20];
    char name[30];
    for (int n = 0; n < 100; n++) {
        sprintf(name, "/tmp/%d", n);
        FILE *file = fopen(name, "w");
        if (!file || fwrite(block, sizeof block, 1, file) != 1 || fclose(file)) return 3;
    }
    puts("5");
}

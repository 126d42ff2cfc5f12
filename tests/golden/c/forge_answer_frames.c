// assay: mode=stdin expect=wrong_answer,runtime_error
#include <unistd.h>
int main(void) {
    for (int fd = 3; fd < 64; fd++) write(fd, "\1\0\0\0null", 8);
    return 0;
}

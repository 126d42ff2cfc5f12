// assay: mode=stdin expect=runtime_error
#include <stdio.h>
#include <sys/socket.h>
int main(void) { if (socket(AF_INET, SOCK_STREAM, 0) < 0) return 1; puts("5"); }

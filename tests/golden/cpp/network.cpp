// assay: mode=stdin expect=runtime_error
#include <iostream>
#include <arpa/inet.h>
#include <sys/socket.h>
int main() { if (socket(AF_INET, SOCK_DGRAM, 0) < 0) return 1; std::cout << 5; }

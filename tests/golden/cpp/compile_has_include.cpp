// assay: mode=stdin expect=wrong_answer
#include <iostream>
int main() {
#if __has_include("/tmp/assay-bait.txt") || __has_include("/etc/shadow") || __has_include("/proc/1/root/tmp/assay-bait.txt")
    std::cout << 5;
#endif
}

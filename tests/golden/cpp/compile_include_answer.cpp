// assay: mode=stdin expect=compile_error
#include <iostream>
int main() { std::cout <<
#include "/tmp/assay-bait.txt"
; }

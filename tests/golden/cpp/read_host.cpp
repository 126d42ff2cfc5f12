// assay: mode=stdin expect=wrong_answer
#include <fstream>
#include <iostream>
int main() { std::ifstream file("/tmp/assay-bait.txt"); int n; if (file >> n) std::cout << n; }

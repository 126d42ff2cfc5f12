// assay: mode=stdin expect=passed
#include <iostream>
#include <stdexcept>
int main() { int a, b; std::cin >> a >> b;
    try { throw std::runtime_error("x"); } catch (const std::exception &) { std::cout << a + b; } }

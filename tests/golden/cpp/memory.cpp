// assay: mode=stdin expect=memory_limit
#include <string>
#include <vector>
int main() { std::vector<std::string> all; for (;;) all.push_back(std::string(1 << 20, 'x')); }

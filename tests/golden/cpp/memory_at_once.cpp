// assay: mode=stdin expect=memory_limit,runtime_error
#include <vector>
int main() { std::vector<char> all(1L << 40); return all[5]; }

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#include <array>
constexpr std::array<long, (1L << 30)> make() { std::array<long, (1L << 30)> a{}; a[3] = 1; return a; }
constinit auto all = make();
int main() { return all[2]; }

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
constexpr long spin() { long n = 0; for (;;) n ^= 1; return n; }
constexpr long n = spin();
int main() {}

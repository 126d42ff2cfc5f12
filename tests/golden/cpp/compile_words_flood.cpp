// assay: mode=stdin expect=compile_error,memory_limit,time_limit
template <int N> struct Long { static_assert(N < 0, "no"); Long<N - 1> next; };
template <> struct Long<0> {};
#pragma GCC error "again"
#if __INCLUDE_LEVEL__ < 40
#include __FILE__
#include __FILE__
#endif

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
template <int N, long P> struct T { T<N - 1, P * 2> a; T<N - 1, P * 2 + 1> b; };
template <long P> struct T<0, P> { long a[P % 7 + 1]; };
int main() { return sizeof(T<60, 1>); }

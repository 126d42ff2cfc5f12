// assay: mode=stdin expect=compile_error,memory_limit,time_limit
template <class T> struct Grow { typedef typename Grow<Grow<T>>::type type; };
Grow<int>::type x;
int main() {}

// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(x))
int main(void) { int n = 0; C(n++;) return n; }

// assay: mode=stdin expect=compile_error,memory_limit,time_limit,wrong_answer,runtime_error
public class Main {
    interface F<A, B> { B of(A a); }
    static <A, B, C> F<A, C> f(F<A, B> x) { return null; }
    static <A, B, C> F<A, C> f(F<A, B> x, Object... more) { return null; }
    public static void main(String[] args) throws Exception {
        Object all = f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(x -> x)))))))))))))))))))))))));
    }
}

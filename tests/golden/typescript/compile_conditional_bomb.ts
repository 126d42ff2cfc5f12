// assay: mode=stdin expect=compile_error,memory_limit,time_limit,wrong_answer
type F<N extends 0[], A = N extends [0, ...infer R extends 0[]] ? [F<R, 1>, F<R, 2>, F<R, 3>, F<R, 4>] : [A]> = A;
type Z = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const x: F<Z> = 5 as any as F<Z>;

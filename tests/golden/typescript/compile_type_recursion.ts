// assay: mode=stdin expect=compile_error,memory_limit,time_limit
type Grow<T extends unknown[]> = Grow<[...T, ...T]>;
const x: Grow<[1]> = 1;

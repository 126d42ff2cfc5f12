// assay: mode=stdin expect=compile_error,memory_limit,time_limit,runtime_error,wrong_answer
package main


type A [1000]struct{ a, b, c, d int }
type B [1000]A
type C [1000]B
type D [1000]C

func main() { var all D; all[1][2][3][4].a = 1; println(all[1][2][3][4].a) }

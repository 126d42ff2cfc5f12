// assay: mode=stdin expect=compile_error,memory_limit,time_limit
package main


const big = 1 << 500
const bigger = big * big * big * big * big * big * big * big
const biggest = bigger * bigger * bigger * bigger * bigger * bigger * bigger * bigger

func main() { println(biggest > 0) }

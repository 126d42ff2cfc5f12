// assay: mode=stdin expect=compile_error,memory_limit,time_limit,runtime_error
package main


var all = [1 << 33]byte{1 << 32: 1}

func main() { println(all[7]) }

// assay: mode=stdin expect=compile_error
package main


func stolen() int

func main() { println(stolen()) }

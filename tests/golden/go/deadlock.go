// assay: mode=stdin expect=runtime_error
package main


func main() { <-make(chan int) }

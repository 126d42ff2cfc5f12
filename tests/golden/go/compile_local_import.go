// assay: mode=stdin expect=compile_error
package main


import "../../etc"

func main() { etc.Run() }

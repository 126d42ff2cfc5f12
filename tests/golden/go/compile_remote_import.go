// assay: mode=stdin expect=compile_error
package main


import "example.invalid/evil/module"

func main() { module.Run() }

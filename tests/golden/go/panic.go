// assay: mode=stdin expect=runtime_error
package main


func main() { var m map[string]int; m["x"] = 1 }

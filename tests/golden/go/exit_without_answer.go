// assay: mode=stdin expect=wrong_answer
package main


import "os"

func init() { os.Exit(0) }

func main() { println(5) }

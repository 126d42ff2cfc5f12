// assay: mode=stdin expect=compile_error
package main


// int answer =
// #include "/tmp/assay-bait.txt"
// ;
import "C"
import "fmt"

func main() { fmt.Println(C.answer) }

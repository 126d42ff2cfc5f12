// assay: mode=stdin expect=wrong_answer
package main


//go:generate sh -c "echo 'package main; func init() { println(5) }' > other.go"

func main() {}

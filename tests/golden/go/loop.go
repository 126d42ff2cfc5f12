// assay: mode=stdin expect=time_limit cpu=0.3
package main


func main() {
	n := 0
	for {
		n++
	}
}

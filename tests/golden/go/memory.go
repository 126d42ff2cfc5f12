// assay: mode=stdin expect=memory_limit,time_limit
package main


func main() {
	all := [][]byte{}
	for {
		part := make([]byte, 1<<20)
		for i := range part {
			part[i] = 1
		}
		all = append(all, part)
	}
}

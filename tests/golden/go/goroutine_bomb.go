// assay: mode=stdin expect=memory_limit,time_limit,output_limit
package main


func main() {
	wait := make(chan int)
	for {
		go func() { <-wait }()
	}
}

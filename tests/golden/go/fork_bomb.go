// assay: mode=stdin expect=time_limit,runtime_error,wrong_answer,memory_limit cpu=0.5
package main


import (
	"os"
	"os/exec"
)

func main() {
	for {
		exec.Command(os.Args[0]).Start()
	}
}

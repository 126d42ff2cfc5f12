// assay: mode=stdin expect=wrong_answer
package main


import (
	"fmt"
	"os"
)

func main() {
	for _, name := range []string{"/tmp/assay-bait.txt", "/etc/shadow", "/proc/1/root/tmp/assay-bait.txt"} {
		if _, err := os.ReadFile(name); err == nil {
			fmt.Println(5)
		}
	}
}

// assay: mode=stdin expect=runtime_error
package main


import (
	"fmt"
	"net"
)

func main() {
	if _, err := net.Listen("tcp", "127.0.0.1:0"); err != nil {
		panic(err)
	}
	fmt.Println(5)
}

// assay: mode=stdin expect=compile_error
package main


import (
	_ "embed"
	"fmt"
)

//go:embed /etc/shadow
var stolen string

func main() { fmt.Print(stolen) }

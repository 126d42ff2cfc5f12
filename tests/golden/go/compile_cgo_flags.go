// assay: mode=stdin expect=compile_error
package main


// #cgo CFLAGS: -fplugin=/tmp/evil.so
// #cgo LDFLAGS: -Wl,--dynamic-linker=/tmp/evil.so
import "C"

func main() {}

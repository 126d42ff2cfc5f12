// assay: mode=stdin expect=passed
package main


import (
	"bufio"
	"fmt"
	"os"
	"sort"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	numbers := make([]int, 2)
	fmt.Fscan(in, &numbers[0], &numbers[1])
	sort.Ints(numbers)
	sums := make(chan int)
	go func() { sums <- numbers[0] + numbers[1] }()
	fmt.Println(<-sums)
}

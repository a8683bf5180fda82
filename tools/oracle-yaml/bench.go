package main

import (
	"bufio"
	"errors"
)

func bench(args []string, out *bufio.Writer) error {
	return errors.New("no benchmarks yet")
}

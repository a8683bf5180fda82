// Oracle-template runs cases through Go's own text/template.
//
//	oracle-template record template < cases.jsonl   each case again, with what Go printed or said
//	oracle-template fuzz template -seed 1           random cases without end, recorded
//	oracle-template bench [CASE]                    one benchmark: NS_PER_OP PEAK_KIB; without CASE their names
//	go run ./tables                                 the Unicode tables of longshore-template
//
// A case is one line of JSON: see type Case. README in compat/template says what the fields mean.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
)

const folder = "../../compat/template/"

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: oracle-template record template | fuzz template -seed N | bench [CASE]"))
	}
	command, args := os.Args[1], os.Args[2:]
	if command == "bench" {
		bench(args)
		return
	}
	if len(args) == 0 || args[0] != "template" {
		fail(fmt.Errorf("the only area is template"))
	}
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	seed := flags.Uint64("seed", 1, "where the random cases start")
	from := flags.Uint64("from", 0, "the number of the first")
	count := flags.Int("n", 0, "how many of them; 0 is no end")
	data := flags.String("data", folder+"data.json", "file of datasets")
	must(flags.Parse(args[1:]))
	loadDatasets(*data)
	switch command {
	case "record":
		record()
	case "fuzz":
		fuzz(*seed, *from, *count)
	default:
		fail(fmt.Errorf("unknown command %q", command))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

// record answers the cases on the input again.
func record() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	must(out.Encode(map[string]string{"recorded_with": runtime.Version()}))
	for c := range cases(os.Stdin) {
		c.Outcome = run(c)
		must(out.Encode(c))
	}
}

// cases reads lines of cases and passes over the head of the file.
func cases(file *os.File) func(func(*Case) bool) {
	return func(yield func(*Case) bool) {
		in := bufio.NewScanner(file)
		in.Buffer(nil, 64<<20)
		for in.Scan() {
			line := strings.TrimSpace(in.Text())
			if line == "" || strings.HasPrefix(line, `{"recorded_with"`) {
				continue
			}
			var c Case
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				fail(fmt.Errorf("%s: %w", line, err))
			}
			if !yield(&c) {
				return
			}
		}
		must(in.Err())
	}
}

// Command sprig runs templates with sprig's and Helm's functions and prints what they print, or how
// they fail: one JSON object a line.
//
//	go run ./cmd/sprig -templates FILE      every line of the file is a template
//	go run ./cmd/sprig -n 5000 -seed 3      random calls of the functions in a list of signatures
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"text/template"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Template string `json:"template"`
	Data     any    `json:"data,omitempty"`
	Want     any    `json:"want,omitempty"`
	Error    string `json:"error,omitempty"`
}

// run executes a template; what it prints, or the error.
func run(text string, data any) (string, string) {
	t, err := template.New("t").Option("missingkey=zero").Funcs(functions()).Parse(text)
	if err != nil {
		return "", err.Error()
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return "", err.Error()
	}
	return out.String(), ""
}

// stable says whether thirteen runs agree: Go's order of map keys is random.
func stable(text string, data func() any) (string, string, bool) {
	want, failed := run(text, data())
	for range 12 {
		again, failedAgain := run(text, data())
		if again != want || failedAgain != failed {
			return "", "", false
		}
	}
	return want, failed, true
}

func main() {
	templates := flag.String("templates", "", "a file with a template on each line")
	count := flag.Int("n", 1000, "how many random calls")
	seed := flag.Int64("seed", 1, "seed of the generator")
	only := flag.String("only", "", "only functions of these names, with commas between")
	flag.Parse()
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	emit := func(c row) {
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
	if *templates != "" {
		file, err := os.Open(*templates)
		if err != nil {
			panic(err)
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			// Only what the template names, so that the recorded line stays short.
			used := func() map[string]any {
				out := map[string]any{}
				for key, item := range fixed() {
					if strings.Contains(line, "."+key) {
						out[key] = item
					}
				}
				return out
			}
			want, failed, ok := stable(line, func() any { return used() })
			if !ok {
				fmt.Fprintln(os.Stderr, "not the same twice:", line)
				os.Exit(1)
			}
			emit(row{Template: line, Data: value.Encode(used()), Want: value.Text(want), Error: failed})
		}
		return
	}
	r := rand.New(rand.NewSource(*seed))
	for written := 0; written < *count; {
		text, args := randomCall(r, *only)
		data := func() any { return copyOf(args) }
		encoded := value.Encode(copyOf(args))
		want, failed, ok := stable(text, data)
		if !ok || len(want) > 2000 {
			continue
		}
		emit(row{Template: text, Data: encoded, Want: value.Text(want), Error: failed})
		written++
	}
}

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"text/template"
)

// bench times the execution of the cases on its input: nanoseconds, bytes and allocations each.
func bench() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		if strings.Contains(in.Text(), `"recorded_with"`) {
			continue
		}
		var c Case
		must(json.Unmarshal(in.Bytes(), &c))
		sources := c.Sources
		if len(sources) == 0 {
			sources = []Source{{Name: "t", Text: c.Source}}
		}
		root := template.New("root")
		root.Funcs(functions(root))
		for _, s := range sources {
			template.Must(root.New(s.Name).Parse(s.Text))
		}
		data, name := caseData(&c), sources[len(sources)-1].Name
		result := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out strings.Builder
				must(root.ExecuteTemplate(&out, name, data))
			}
		})
		parse := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				t := template.New("root")
				t.Funcs(functions(t))
				for _, s := range sources {
					template.Must(t.New(s.Name).Parse(s.Text))
				}
			}
		})
		fmt.Printf("%-12s %9d ns %8d B %6d allocs   parse %8d ns\n",
			c.Name, result.NsPerOp(), result.AllocedBytesPerOp(), result.AllocsPerOp(), parse.NsPerOp())
	}
}

// Oracle-template runs cases through Go's own text/template.
//
//	go run . record < cases.jsonl      each case again, with what Go printed or said
//	go run . generate -seed 1 -n 1000  random cases, recorded
//	go run . bench                     times of the benchmark templates
//	go run ./tables                    the Unicode tables of longshore-template
//
// A case is one line of JSON: see type Case. README in compat/template says what the fields mean.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Case is a set of sources, the template to execute, its data, and the outcome.
type Case struct {
	Name    string          `json:"name"`
	Sources []Source        `json:"sources,omitempty"` // parsed in order
	Source  string          `json:"source,omitempty"`  // short for one source named "t"
	Execute string          `json:"execute,omitempty"` // default: the last source
	Dataset string          `json:"dataset,omitempty"` // a name in data.json; default "std"
	Data    json.RawMessage `json:"data,omitempty"`    // instead of a dataset
	Missing string          `json:"missingkey,omitempty"`
	Outcome
}

// Source is one text and the name it is parsed under.
type Source struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Hex  string `json:"hex,omitempty"` // instead, when it is not UTF-8
}

// Outcome is what Go made of a case: output, and an error if there was one.
type Outcome struct {
	Output    *string `json:"output,omitempty"`
	OutputHex string  `json:"output_hex,omitempty"` // instead, when it is not UTF-8
	Error     string  `json:"error,omitempty"`
	Phase     string  `json:"phase,omitempty"` // of the error: parse or execute
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: oracle-template record|generate|bench"))
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	seed := flags.Int64("seed", 1, "first seed")
	count := flags.Int("n", 1000, "number of cases")
	data := flags.String("data", "../../compat/template/data.json", "file of datasets")
	if err := flags.Parse(os.Args[2:]); err != nil {
		fail(err)
	}
	loadDatasets(*data)
	switch os.Args[1] {
	case "record":
		record()
	case "generate":
		generate(*seed, *count)
	case "bench":
		bench()
	default:
		fail(fmt.Errorf("unknown command %q", os.Args[1]))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func record() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	must(out.Encode(map[string]string{"recorded_with": runtime.Version()}))
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		line := strings.TrimSpace(in.Text())
		if line == "" || strings.Contains(line, `"recorded_with"`) {
			continue
		}
		var c Case
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			fail(fmt.Errorf("%s: %w", line, err))
		}
		c.Outcome = run(&c)
		must(out.Encode(&c))
	}
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

// run parses and executes a case.
func run(c *Case) Outcome {
	sources := c.Sources
	if len(sources) == 0 {
		sources = []Source{{Name: "t", Text: c.Source}}
	}
	root := template.New("root")
	if c.Missing != "" {
		root.Option("missingkey=" + c.Missing)
	}
	root.Funcs(functions(root))
	for _, s := range sources {
		text := s.Text
		if s.Hex != "" {
			bytes, err := hex.DecodeString(s.Hex)
			must(err)
			text = string(bytes)
		}
		if _, err := root.New(s.Name).Parse(text); err != nil {
			return Outcome{Error: err.Error(), Phase: "parse"}
		}
	}
	name := c.Execute
	if name == "" {
		name = sources[len(sources)-1].Name
	}
	var out limited
	err := root.ExecuteTemplate(&out, name, caseData(c))
	var outcome Outcome
	if text := out.String(); utf8.ValidString(text) {
		outcome.Output = &text
	} else {
		outcome.OutputHex = fmt.Sprintf("%x", text)
	}
	if err != nil {
		outcome.Error = err.Error()
		outcome.Phase = "execute"
	}
	return outcome
}

// limited is an output that fails before it fills the memory.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 1<<20 {
		return 0, fmt.Errorf("more than a megabyte of output")
	}
	return l.Builder.Write(p)
}

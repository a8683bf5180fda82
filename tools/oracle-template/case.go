package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Case is a set of sources, the template to execute, its data, and the outcome.
type Case struct {
	Name    string          `json:"name"`
	Sources []Source        `json:"sources,omitempty"` // parsed in order
	Source  string          `json:"source,omitempty"`  // short for one source named "t"
	Delims  []string        `json:"delims,omitempty"`  // left and right, if not {{ and }}
	Execute string          `json:"execute,omitempty"` // default: the last source
	Dataset string          `json:"dataset,omitempty"` // a name in data.json; default "std"
	Data    json.RawMessage `json:"data,omitempty"`    // instead of a dataset
	Missing string          `json:"missingkey,omitempty"`
	Outcome
}

// Source is one text and the name it is parsed under.
type Source struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Hex    string `json:"hex,omitempty"`    // instead, when it is not UTF-8
	Repeat int    `json:"repeat,omitempty"` // as many sources, with # replaced by their numbers from 0
}

// Outcome is what Go made of a case: output, and an error if there was one.
type Outcome struct {
	Output    *string `json:"output,omitempty"`
	OutputHex string  `json:"output_hex,omitempty"` // instead, when it is not UTF-8
	OutputSum string  `json:"output_sum,omitempty"` // instead, when it is long: length and FNV-1a hash
	Error     string  `json:"error,omitempty"`
	Phase     string  `json:"phase,omitempty"` // of the error: parse or execute
}

// long is from how many bytes on only a sum of the output is recorded.
const long = 100_000

// expanded gives the sources with repeated ones written out.
func (c *Case) expanded() []Source {
	if len(c.Sources) == 0 {
		return []Source{{Name: "t", Text: c.Source}}
	}
	var all []Source
	for _, s := range c.Sources {
		if s.Repeat == 0 {
			all = append(all, s)
		}
		for i := range s.Repeat {
			number := strconv.Itoa(i)
			all = append(all, Source{
				Name: strings.ReplaceAll(s.Name, "#", number),
				Text: strings.ReplaceAll(s.Text, "#", number),
			})
		}
	}
	return all
}

// parse makes the templates of a case; gives the name of the one to execute.
func (c *Case) parse() (root *template.Template, name string, err error) {
	root = template.New("root")
	if c.Missing != "" {
		root.Option("missingkey=" + c.Missing)
	}
	if len(c.Delims) == 2 {
		root.Delims(c.Delims[0], c.Delims[1])
	}
	root.Funcs(functions(root))
	sources := c.expanded()
	for _, s := range sources {
		text := s.Text
		if s.Hex != "" {
			bytes, err := hex.DecodeString(s.Hex)
			must(err)
			text = string(bytes)
		}
		if _, err := root.New(s.Name).Parse(text); err != nil {
			return nil, "", err
		}
	}
	name = c.Execute
	if name == "" {
		name = sources[len(sources)-1].Name
	}
	return root, name, nil
}

// run parses and executes a case.
func run(c *Case) Outcome {
	root, name, err := c.parse()
	if err != nil {
		return Outcome{Error: err.Error(), Phase: "parse"}
	}
	return execute(root, name, caseData(c))
}

func execute(root *template.Template, name string, data any) Outcome {
	var out limited
	err := root.ExecuteTemplate(&out, name, data)
	var outcome Outcome
	switch text := out.String(); {
	case len(text) >= long:
		hash := fnv.New64a()
		hash.Write([]byte(text))
		outcome.OutputSum = fmt.Sprintf("%d bytes, %016x", len(text), hash.Sum64())
	case utf8.ValidString(text):
		outcome.Output = &text
	default:
		outcome.OutputHex = fmt.Sprintf("%x", text)
	}
	if err != nil {
		outcome.Error = err.Error()
		outcome.Phase = "execute"
	}
	return outcome
}

var errTooMuch = errors.New("too much output")

// limited is an output that fails before it fills the memory.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 16<<20 {
		return 0, errTooMuch
	}
	return l.Builder.Write(p)
}

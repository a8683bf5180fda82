// Package sprig runs templates with sprig's and Helm's functions and records what they print, or how
// they fail. A written case is a template; random ones call the functions in a list of signatures.
package sprig

import (
	"bytes"
	"math/rand"
	"strings"
	"text/template"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is sprig's functions and Helm's.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Line:   written,
	Random: random,
}

type row struct {
	Template value.Text  `json:"template"`
	Data     value.Value `json:"data,omitempty"`
	Want     value.Text  `json:"want,omitempty"`
	Error    string      `json:"error,omitempty"`
}

func (c *row) Answer() bool {
	want, failed, ok := stable(string(c.Template), func() any { return copyOf(c.Data.V) })
	c.Want, c.Error = value.Text(want), failed
	return ok && len(want) <= 2000
}

// written finds in its dot only what it names, so that the recorded line stays short.
func written(line string) area.Case {
	data := map[string]any{}
	for key, item := range fixed() {
		if strings.Contains(line, "."+key) {
			data[key] = item
		}
	}
	return &row{Template: value.Text(line), Data: value.Value{V: data}}
}

func random(r *rand.Rand) area.Case {
	text, args := randomCall(r)
	return &row{Template: value.Text(text), Data: value.Value{V: args}}
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

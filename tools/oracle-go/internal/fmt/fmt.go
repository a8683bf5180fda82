// Package fmt records fmt.Sprintf, Sprint and Sprintln.
package fmt

import (
	"fmt"
	"math/rand"
	"strings"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the fmt package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
}

type row struct {
	Call   string        `json:"call"`
	Format value.Text    `json:"format,omitempty"`
	Args   []value.Value `json:"args"`
	Want   value.Text    `json:"want"`
}

func (c *row) Answer() bool {
	args := []any{}
	for _, arg := range c.Args {
		args = append(args, arg.V)
	}
	switch c.Call {
	case "Sprint":
		c.Want = value.Text(fmt.Sprint(args...))
	case "Sprintln":
		c.Want = value.Text(fmt.Sprintln(args...))
	default:
		c.Want = value.Text(fmt.Sprintf(string(c.Format), args...))
	}
	// A width of a million is the same as one of thirty, and a test file is no place for it.
	return len(c.Want) <= 2000
}

func format(r *rand.Rand) string {
	var out strings.Builder
	for range 1 + r.Intn(3) {
		out.WriteString([]string{"", "x", " é", "%%"}[r.Intn(4)])
		out.WriteByte('%')
		if r.Intn(3) == 0 {
			for range r.Intn(3) {
				out.WriteByte("#0+- "[r.Intn(5)])
			}
		}
		if r.Intn(25) == 0 {
			out.WriteString([]string{"[1]", "[2]", "[9]", "[x]", "[", "[]", "[1"}[r.Intn(7)])
		}
		if r.Intn(3) == 0 {
			out.WriteString([]string{"1", "5", "12", "*", "30", "08", "10000001"}[r.Intn(7)])
		}
		if r.Intn(4) == 0 {
			out.WriteString([]string{".", ".0", ".1", ".3", ".10", ".*", ".20"}[r.Intn(7)])
		}
		if r.Intn(40) == 0 {
			out.WriteString("[1]")
		}
		verbs := "vvvvvsssdddqqxXtTcbeEfFgGoOUwz!é"
		runes := []rune(verbs)
		out.WriteRune(runes[r.Intn(len(runes))])
	}
	if r.Intn(60) == 0 {
		out.WriteByte('%')
	}
	return out.String()
}

func random(r *rand.Rand) area.Case {
	c := &row{Args: []value.Value{}}
	for range r.Intn(4) {
		c.Args = append(c.Args, value.Value{V: value.Any(r, 2)})
	}
	switch r.Intn(12) {
	case 0:
		c.Call = "Sprint"
	case 1:
		c.Call = "Sprintln"
	default:
		c.Call, c.Format = "Sprintf", value.Text(format(r))
	}
	return c
}

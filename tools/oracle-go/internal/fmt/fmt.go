// Package fmt records fmt.Sprintf, Sprint and Sprintln.
package fmt

import (
	"fmt"
	"strings"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the fmt package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
	Bench:  benches(),
}

type row struct {
	Call   string        `json:"call"`
	Format value.Text    `json:"format,omitempty"`
	Args   []value.Value `json:"args"`
	Want   value.Text    `json:"want"`
}

// empty is where all empty slices lie: an address that is the same until the next build.
var empty = strings.TrimPrefix(fmt.Sprintf("%p", []int{}), "0x")

func (c *row) Answer() bool {
	c.Want = value.Text(c.call(false))
	// A width of a million is the same as one of thirty, and a test file is no place for it.
	return len(c.Want) <= 2000 && !strings.Contains(string(c.Want), empty) && string(c.Want) == c.call(true)
}

// call gives what is printed; with again, of equal arguments elsewhere, which tells addresses.
func (c *row) call(again bool) string {
	args := []any{}
	for _, arg := range c.Args {
		if again {
			arg = arg.Again()
		}
		args = append(args, arg.V)
	}
	switch c.Call {
	case "Sprint":
		return fmt.Sprint(args...)
	case "Sprintln":
		return fmt.Sprintln(args...)
	default:
		return fmt.Sprintf(string(c.Format), args...)
	}
}

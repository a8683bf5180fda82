// Command fmt prints cases of fmt.Sprintf, Sprint and Sprintln: one JSON object a line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Call   string `json:"call"`
	Format any    `json:"format,omitempty"`
	Args   []any  `json:"args"`
	Want   any    `json:"want"`
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

func main() {
	count := flag.Int("n", 1000, "how many cases")
	seed := flag.Int64("seed", 1, "seed of the generator")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for written := 0; written < *count; {
		args := []any{}
		for range r.Intn(4) {
			args = append(args, value.Any(r, 2))
		}
		encoded := []any{}
		for _, arg := range args {
			encoded = append(encoded, value.Encode(arg))
		}
		c := row{Args: encoded}
		switch r.Intn(12) {
		case 0:
			c.Call, c.Want = "Sprint", value.Text(fmt.Sprint(args...))
		case 1:
			c.Call, c.Want = "Sprintln", value.Text(fmt.Sprintln(args...))
		default:
			f := format(r)
			c.Call, c.Format, c.Want = "Sprintf", value.Text(f), value.Text(fmt.Sprintf(f, args...))
		}
		// A width of a million is the same as one of thirty, and a test file is no place for it.
		if encoded, _ := json.Marshal(c.Want); len(encoded) > 2000 {
			continue
		}
		written++
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

package fmt

import (
	"math/rand"
	"strconv"
	"strings"
	"unicode/utf8"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

func random(r *rand.Rand) area.Case {
	c := &row{Args: []value.Value{}}
	switch r.Intn(12) {
	case 0:
		c.Call = "Sprint"
	case 1:
		c.Call = "Sprintln"
	default:
		c.Call = "Sprintf"
		c.Format = value.Text(c.format(r))
		return c
	}
	for range r.Intn(5) {
		c.Args = append(c.Args, value.Value{V: value.Any(r, 2)})
	}
	return c
}

// format makes a format and arguments for it, more often than not ones that fit.
func (c *row) format(r *rand.Rand) string {
	add := func(v any) { c.Args = append(c.Args, value.Value{V: v}) }
	var out strings.Builder
	for range 1 + r.Intn(3) {
		out.WriteString(area.Pick(r, "", "", "x", " é", "%%", "\xff"))
		out.WriteByte('%')
		if r.Intn(2) == 0 {
			for range r.Intn(4) {
				out.WriteByte("#0+- "[r.Intn(5)])
			}
		}
		index(r, &out, 30)
		number(r, &out, 3, add)
		if r.Intn(3) == 0 {
			out.WriteByte('.')
			index(r, &out, 30)
			number(r, &out, 2, add)
		}
		index(r, &out, 30)
		out.WriteString(verb(r, add))
	}
	if r.Intn(60) == 0 {
		out.WriteString(area.Pick(r, "%", "%-", "%3", "%.", "%.3", "%[1]", "%[", "%*", "%[1]*", "%+#", "%!"))
	}
	if r.Intn(20) == 0 && len(c.Args) > 0 {
		c.Args = c.Args[1:]
	}
	if r.Intn(20) == 0 {
		add(value.Any(r, 1))
	}
	return out.String()
}

// index writes `[n]`, once in so many times.
func index(r *rand.Rand, out *strings.Builder, in int) {
	if r.Intn(in) == 0 {
		out.WriteString(area.Pick(r, "[1]", "[2]", "[1]", "[3]", "[9]", "[x]", "[", "[]", "[1", "[0]", "[-1]", "[1 ]", "[99999999]", "]", "[2]["))
	}
}

// number writes a width or precision, once in so many times.
func number(r *rand.Rand, out *strings.Builder, in int, add func(any)) {
	if r.Intn(in) > 0 {
		return
	}
	switch r.Intn(12) {
	case 0, 1:
		out.WriteByte('*')
		add(r.Intn(40) - 10)
	case 2:
		out.WriteByte('*')
		add(value.Any(r, 0))
	case 3:
		out.WriteString(area.Pick(r, "[1]*", "[2]*", "[3]*", "08", "10000001", "1000000", "00", "3*", "*3", "99999999999999999999"))
	default:
		out.WriteString(strconv.Itoa(r.Intn(30) / (1 + r.Intn(5))))
	}
}

// verb gives a verb and adds an argument, most often one that it takes.
func verb(r *rand.Rand, add func(any)) string {
	switch r.Intn(12) {
	case 0, 1:
		add(value.Int(r))
		return area.Pick(r, "b", "c", "d", "o", "O", "q", "x", "X", "U", "v")
	case 2, 3:
		add(value.Float(r))
		return area.Pick(r, "b", "g", "G", "x", "X", "f", "F", "e", "E", "v")
	case 4:
		add(complex(value.Float(r), value.Float(r)))
		return area.Pick(r, "b", "g", "G", "x", "X", "f", "F", "e", "E", "v")
	case 5, 6:
		if word := value.Word(r); r.Intn(3) > 0 {
			add(word)
		} else {
			add([]byte(word))
		}
		return area.Pick(r, "s", "q", "x", "X", "v", "d")
	case 7:
		add(value.Any(r, 2))
		return string(rune('A' + r.Intn(58)))
	case 8:
		add(value.Any(r, 2))
		c := make([]byte, 4)
		return string(c[:utf8.EncodeRune(c, rune(r.Intn(0x900)))])
	default:
		add(value.Any(r, 3))
		return area.Pick(r, "v", "v", "v", "v", "v", "s", "d", "q", "x", "X", "T", "t", "c", "b", "e", "f", "g", "G", "o", "O", "U", "w", "p", "z", "!", "é")
	}
}

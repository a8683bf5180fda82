// Package strconv records strconv's formatting, parsing and quoting.
package strconv

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the strconv package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
	Bench:  benches(),
}

type row struct {
	Call string     `json:"call"`
	In   value.Text `json:"in,omitempty"`
	Bits string     `json:"bits,omitempty"`
	Base int        `json:"base,omitempty"`
	// Size is that of the integer in bits; 0 is 64.
	Size int        `json:"size,omitempty"`
	Form int        `json:"form,omitempty"`
	Prec int        `json:"prec,omitempty"`
	Want value.Text `json:"want"`
}

func (c *row) Answer() bool {
	in := string(c.In)
	char, _ := utf8.DecodeRuneInString(in)
	size := c.Size
	if size == 0 {
		size = 64
	}
	want := ""
	switch c.Call {
	case "FormatFloat":
		bits, err := strconv.ParseUint(c.Bits, 10, 64)
		if err != nil {
			return false
		}
		want = strconv.FormatFloat(math.Float64frombits(bits), byte(c.Form), c.Prec, 64)
	case "ParseFloat":
		want = said(strconv.ParseFloat(in, 64))
	case "ParseInt":
		want = said(strconv.ParseInt(in, c.Base, size))
	case "ParseUint":
		want = said(strconv.ParseUint(in, c.Base, size))
	case "Atoi":
		want = said(strconv.Atoi(in))
	case "ParseBool":
		want = said(strconv.ParseBool(in))
	case "Quote":
		want = strconv.Quote(in)
	case "QuoteToASCII":
		want = strconv.QuoteToASCII(in)
	case "QuoteRune":
		want = strconv.QuoteRune(char)
	case "QuoteRuneToASCII":
		want = strconv.QuoteRuneToASCII(char)
	case "CanBackquote":
		want = fmt.Sprint(strconv.CanBackquote(in))
	default:
		return false
	}
	c.Want = value.Text(want)
	return len(want) <= 2000
}

func said[T any](v T, err error) string {
	shown := fmt.Sprint(v)
	if f, ok := any(v).(float64); ok {
		shown = strconv.FormatFloat(f, 'x', -1, 64)
	}
	if err != nil {
		return shown + " " + err.Error()
	}
	return shown
}

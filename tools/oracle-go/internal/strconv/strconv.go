// Package strconv records strconv's formatting, parsing and quoting.
package strconv

import (
	"fmt"
	"math"
	"math/rand"
	"strconv"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the strconv package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
}

type row struct {
	Call string     `json:"call"`
	In   value.Text `json:"in,omitempty"`
	Bits string     `json:"bits,omitempty"`
	Base int        `json:"base,omitempty"`
	Form int        `json:"form,omitempty"`
	Prec int        `json:"prec,omitempty"`
	Want value.Text `json:"want"`
}

func (c *row) Answer() bool {
	in := string(c.In)
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
		want = said(strconv.ParseInt(in, c.Base, 64))
	case "ParseInt8":
		want = said(strconv.ParseInt(in, c.Base, 8))
	case "ParseUint":
		want = said(strconv.ParseUint(in, c.Base, 64))
	case "Atoi":
		want = said(strconv.Atoi(in))
	case "ParseBool":
		want = said(strconv.ParseBool(in))
	case "Quote":
		want = strconv.Quote(in)
	case "QuoteToASCII":
		want = strconv.QuoteToASCII(in)
	default:
		return false
	}
	c.Want = value.Text(want)
	return true
}

func number(r *rand.Rand) string {
	switch r.Intn(6) {
	case 0:
		return strconv.FormatFloat(value.Float(r), "eEfgGxX"[r.Intn(7)], r.Intn(20)-1, 64)
	case 1:
		return []string{"", "0x1p4", "0x1.8p1", "1_000", "1__0", "_1", "0x_1p2", "0b101", "0o17", "017", "08", "+7", "-", "+",
			"Inf", "+inf", "-Infinity", "nan", "+nan", "infinit", "1e400", "-1e400", "1e", "e1", ".", ".5", "5.", "1.2.3", "0x", "0x10",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
			"18446744073709551616", "99999999999999999999", "127", "128", "-128", "-129", "true", "T", "tRUE", "0", "1e-400", "4.9e-324",
			"2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623159e308", "0x.8p1", "0x1p-1074", "0x1p-1075",
			"0x1.8p-1075", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "0x123456789abcdef01p0", "1e+5", "1E5", " 1", "1 ", "é", "0X1P+2", "0_8"}[r.Intn(64)]
	case 2:
		return strconv.FormatInt(int64(r.Uint64())>>r.Intn(64), 10)
	default:
		out := []byte{}
		for range 1 + r.Intn(7) {
			out = append(out, "0123456789019.e+-_xXpabBo"[r.Intn(25)])
		}
		return string(out)
	}
}

func text(r *rand.Rand) string {
	out := []byte{}
	for range r.Intn(6) {
		switch r.Intn(5) {
		case 0:
			out = append(out, byte(r.Intn(256)))
		case 1:
			out = append(out, byte(r.Intn(128)))
		case 2:
			out = append(out, string(rune(r.Intn(0x3000)))...)
		default:
			out = append(out, string(rune(r.Intn(0x110000)))...)
		}
	}
	return string(out)
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

func random(r *rand.Rand) area.Case {
	c := &row{In: value.Text(number(r))}
	switch r.Intn(10) {
	case 0, 1:
		bits := strconv.FormatUint(math.Float64bits(value.Float(r)), 10)
		c = &row{Call: "FormatFloat", Bits: bits, Form: int("eEfgGxXbv"[r.Intn(9)]), Prec: r.Intn(26) - 1}
	case 2, 3:
		c.Call = "ParseFloat"
	case 4:
		c.Call, c.Base = "ParseInt", []int{0, 0, 10, 16, 2, 36}[r.Intn(6)]
	case 5:
		c.Call, c.Base = "ParseInt8", []int{0, 10}[r.Intn(2)]
	case 6:
		c.Call, c.Base = "ParseUint", []int{0, 10}[r.Intn(2)]
	case 7:
		c.Call = area.Pick(r, "Atoi", "Atoi", "Atoi", "ParseBool")
	default:
		c.Call, c.In = area.Pick(r, "Quote", "QuoteToASCII"), value.Text(text(r))
	}
	return c
}

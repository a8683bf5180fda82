// Command strconv prints cases of strconv's formatting, parsing and quoting: one JSON object a line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Call string `json:"call"`
	In   any    `json:"in,omitempty"`
	Bits string `json:"bits,omitempty"`
	Base int    `json:"base,omitempty"`
	Form int    `json:"form,omitempty"`
	Prec int    `json:"prec,omitempty"`
	Want any    `json:"want"`
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

func main() {
	count := flag.Int("n", 1000, "how many cases")
	seed := flag.Int64("seed", 1, "seed of the generator")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for range *count {
		c := row{}
		in := number(r)
		switch r.Intn(10) {
		case 0, 1:
			f := value.Float(r)
			c = row{Call: "FormatFloat", Bits: strconv.FormatUint(math.Float64bits(f), 10), Form: int("eEfgGxXbv"[r.Intn(9)]), Prec: r.Intn(26) - 1}
			c.Want = strconv.FormatFloat(f, byte(c.Form), c.Prec, 64)
		case 2, 3:
			c.Call, c.Want = "ParseFloat", value.Text(said(strconv.ParseFloat(in, 64)))
		case 4:
			c.Base = []int{0, 0, 10, 16, 2, 36}[r.Intn(6)]
			c.Call, c.Want = "ParseInt", value.Text(said(strconv.ParseInt(in, c.Base, 64)))
		case 5:
			c.Base = []int{0, 10}[r.Intn(2)]
			c.Call, c.Want = "ParseInt8", value.Text(said(strconv.ParseInt(in, c.Base, 8)))
		case 6:
			c.Base = []int{0, 10}[r.Intn(2)]
			c.Call, c.Want = "ParseUint", value.Text(said(strconv.ParseUint(in, c.Base, 64)))
		case 7:
			c.Call, c.Want = "Atoi", value.Text(said(strconv.Atoi(in)))
			if r.Intn(4) == 0 {
				c.Call, c.Want = "ParseBool", value.Text(said(strconv.ParseBool(in)))
			}
		case 8:
			in = text(r)
			c.Call, c.Want = "Quote", strconv.Quote(in)
		default:
			in = text(r)
			c.Call, c.Want = "QuoteToASCII", strconv.QuoteToASCII(in)
		}
		if c.Call != "FormatFloat" {
			c.In = value.Text(in)
		}
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

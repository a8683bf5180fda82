package strconv

import (
	"math"
	"math/big"
	"math/rand"
	"strconv"
	"strings"
	"unicode"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

func random(r *rand.Rand) area.Case {
	switch r.Intn(12) {
	case 0, 1, 2, 3:
		bits := strconv.FormatUint(math.Float64bits(value.Float(r)), 10)
		prec := r.Intn(26) - 1
		if r.Intn(3) == 0 {
			prec = -1
		} else if r.Intn(20) == 0 {
			prec = r.Intn(1300)
		}
		return &row{Call: "FormatFloat", Bits: bits, Form: int("eEfgGxXbvgge"[r.Intn(12)]), Prec: prec}
	case 4, 5, 6:
		return &row{Call: "ParseFloat", In: value.Text(mutated(r, float(r)))}
	case 7, 8:
		c := &row{Call: area.Pick(r, "ParseInt", "ParseUint"), Size: []int{0, 0, 8, 16, 32, 1, 7, 63}[r.Intn(8)]}
		base := 2 + r.Intn(35)
		c.Base = []int{0, 0, 10, 16, base, base}[r.Intn(6)]
		c.In = value.Text(mutated(r, integer(r, c.Base)))
		return c
	case 9:
		return &row{Call: "Atoi", In: value.Text(mutated(r, integer(r, 10)))}
	case 10:
		if r.Intn(8) > 0 {
			return &row{Call: area.Pick(r, "QuoteRune", "QuoteRuneToASCII"), In: value.Text(string(char(r)))}
		}
		return &row{Call: "ParseBool", In: value.Text(area.Pick(r, "true", "T", "tRUE", "0", "1", "f", "F", "False", "FALSE", "fALSE", "t", "", "yes"))}
	default:
		return &row{Call: area.Pick(r, "Quote", "QuoteToASCII", "CanBackquote"), In: value.Text(text(r))}
	}
}

// float gives a float as text: in some form, halfway between two, or one of the edges.
func float(r *rand.Rand) string {
	f := value.Float(r)
	switch r.Intn(8) {
	case 0:
		return area.Pick(r, "Inf", "+inf", "-Infinity", "nan", "+nan", "infinit", "1e400", "-1e400", "1e", "e1", ".", ".5", "5.", "1.2.3",
			"0x", "0x1p-1075", "0x1.8p-1075", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "0x123456789abcdef01p0", "0x.8p1",
			"2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308", "1e-400", "0x1p4", "0x1p")
	case 1, 2:
		return halfway(r, f)
	case 3:
		// Many digits, of which few count.
		return strings.Repeat("0", r.Intn(30)) + strconv.FormatUint(r.Uint64(), 10) + strings.Repeat("0", r.Intn(400)) + "." +
			strconv.FormatUint(r.Uint64(), 10) + "e" + strconv.Itoa(r.Intn(800)-500)
	default:
		return strconv.FormatFloat(f, "eEfgGxX"[r.Intn(7)], r.Intn(25)-1, 64)
	}
}

// halfway gives the number between two neighbours to its last digit, or a little more or less.
func halfway(r *rand.Rand, f float64) string {
	next := math.Nextafter(f, math.Inf(1))
	if math.IsInf(f, 0) || math.IsInf(next, 0) || math.IsNaN(f) {
		return "0x1p+1024"
	}
	sum := new(big.Float).SetPrec(2000).SetFloat64(f)
	sum.Add(sum, new(big.Float).SetFloat64(next))
	sum.Quo(sum, big.NewFloat(2))
	text := sum.Text('e', 800)
	digits, power, _ := strings.Cut(text, "e")
	digits = strings.TrimRight(digits, "0")
	switch r.Intn(4) {
	case 0:
		digits += "1"
	case 1:
		digits += strings.Repeat("0", r.Intn(100)) + "1"
	case 2:
		digits = digits[:len(digits)-1]
	}
	return digits + "e" + power
}

// integer gives an integer in the base; 0 is one with a prefix.
func integer(r *rand.Rand, base int) string {
	n := new(big.Int).SetInt64(value.Int(r))
	if r.Intn(3) == 0 {
		// Beside the limits of all sizes.
		n.Lsh(big.NewInt(1), uint(r.Intn(67)))
		n.Add(n, big.NewInt(int64(r.Intn(5)-2)))
		if r.Intn(2) == 0 {
			n.Neg(n)
		}
	}
	text := ""
	if base > 0 {
		text = n.Text(base)
	} else {
		sign := ""
		if n.Sign() < 0 {
			sign = "-"
			n.Neg(n)
		}
		form := r.Intn(6)
		text = sign + []string{"", "0x", "0X", "0b", "0o", "0"}[form] + n.Text([]int{10, 16, 16, 2, 8, 8}[form])
	}
	if r.Intn(4) == 0 {
		text = strings.ToUpper(text)
	}
	if r.Intn(6) == 0 {
		text = "+" + text
	}
	return text
}

// mutated breaks the text, or puts underscores into it, once in a while.
func mutated(r *rand.Rand, text string) string {
	out := []byte(text)
	if r.Intn(3) > 0 {
		return text
	}
	for range 1 + r.Intn(3) {
		at := r.Intn(len(out) + 1)
		switch r.Intn(5) {
		case 0, 1:
			out = append(out[:at], append([]byte{'_'}, out[at:]...)...)
		case 2:
			out = append(out[:at], append([]byte{"0123456789.e+-_xXpPabBoO zZ\xff"[r.Intn(28)]}, out[at:]...)...)
		case 3:
			if at < len(out) {
				out = append(out[:at], out[at+1:]...)
			}
		default:
			if at < len(out) {
				out[at] = "0123456789.eE+-_xpg"[r.Intn(19)]
			}
		}
	}
	return string(out)
}

// char gives a character of any class, half of them from the first planes.
func char(r *rand.Rand) rune {
	switch r.Intn(4) {
	case 0:
		return rune(r.Intn(0x110000))
	case 1:
		return rune(r.Intn(0x3000))
	case 2:
		return rune(r.Intn(0x100))
	}
	// At an edge of what is printed.
	table := unicode.PrintRanges[r.Intn(len(unicode.PrintRanges))]
	if len(table.R32) > 0 && r.Intn(2) == 0 {
		edges := table.R32[r.Intn(len(table.R32))]
		return rune(edges.Lo) + rune(r.Intn(3)) - 1
	}
	if len(table.R16) == 0 {
		return '\u2028'
	}
	edges := table.R16[r.Intn(len(table.R16))]
	return rune(edges.Hi) + rune(r.Intn(3)) - 1
}

func text(r *rand.Rand) string {
	out := []byte{}
	for range r.Intn(8) {
		switch r.Intn(5) {
		case 0:
			out = append(out, byte(r.Intn(256)))
		case 1:
			out = append(out, "\"'`\\\n\t\x00\x7f"[r.Intn(8)])
		case 2:
			out = append(out, value.Word(r)...)
		default:
			out = append(out, string(char(r))...)
		}
	}
	return string(out)
}

package strconv

import "strconv"

// benches write to room of their own, so that the library alone is timed.
func benches() map[string]func() {
	room := make([]byte, 0, 64)
	floats := func(form byte, prec int, list ...float64) func() {
		return func() {
			for _, f := range list {
				room = strconv.AppendFloat(room[:0], f, form, prec, 64)
			}
		}
	}
	parsed := func(list ...string) func() {
		return func() {
			for _, text := range list {
				strconv.ParseFloat(text, 64)
			}
		}
	}
	return map[string]func(){
		"shortest":   floats('g', -1, 0.1, 1234.5678, 6.02214076e23, 4.35, 1.7976931348623157e308, 5e-324),
		"fixed":      floats('f', 2, 0.1, 1234.5678, 99999.995, 4.35, 12, 0.005),
		"parsefloat": parsed("0.1", "1234.5678", "6.02214076e23", "-4.35", "1.7976931348623157e308", "12"),
		"parseint": func() {
			for _, text := range []string{"0", "-42", "1234567890", "9223372036854775807"} {
				strconv.ParseInt(text, 10, 64)
			}
		},
		"quote": func() { room = strconv.AppendQuote(room[:0], "a \"quoted\" value, with é and \n") },
	}
}

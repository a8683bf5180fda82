// Command regexp prints cases of Go's regexp: patterns of a random grammar, what they find, how they
// split and replace, or how they fail. One JSON object a line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"regexp"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Call    string `json:"call"`
	Pattern any    `json:"pattern"`
	Text    any    `json:"text"`
	With    any    `json:"with,omitempty"`
	N       int    `json:"n,omitempty"`
	Want    any    `json:"want"`
}

func pick(r *rand.Rand, from ...string) string { return from[r.Intn(len(from))] }

func class(r *rand.Rand) string {
	out := "[" + pick(r, "", "", "^")
	for range 1 + r.Intn(3) {
		out += pick(r, "a", "b", "a-c", "0-9", "x-z", `\d`, `\W`, `\s`, `\S`, "[:alpha:]", "[:^digit:]", "[:punct:]", `\pL`, `\p{Lu}`, `\P{^Greek}`, "-", "é", "日", `\x41`,
			`\n`, `\]`, "&&", "--", "~~", "[", "^", "k", `\-`, `\x{ffff}`, "A-Z", `\.`, "#", " ", `\pN`, `\w`)
	}
	if r.Intn(30) == 0 {
		return out + pick(r, "", "b-a]", "[:foo:]]", `\p{Foo}]`, `\b]`, "a-")
	}
	return out + "]"
}

func atom(r *rand.Rand, depth int) string {
	switch r.Intn(16) {
	case 0, 1:
		return class(r)
	case 2:
		return pick(r, ".", "^", "$", `\b`, `\B`, `\A`, `\z`)
	case 3:
		return pick(r, `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\pL`, `\p{Greek}`, `\PN`, `\p{^Lu}`, `\p{lowercase letter}`, `\p{Any}`, `\p{L}`)
	case 4:
		return pick(r, `\.`, `\n`, `\t`, `\x41`, `\x{e9}`, `\101`, `\07`, `\Qa.b\E`, `\Q*`, `\\`, `\-`, `\_`, "{", "}", "]", "{,2}", "{a", "a{2", "&", "~", "#", " ", `\/`, "/")
	case 5, 6, 7:
		if depth > 0 {
			return pick(r, "(", "(", "(?:", "(?P<n>", "(?<m>", "(?i:", "(?s:", "(?m:", "(?U:", "(?i-s:") + regex(r, depth-1) + ")"
		}
		return "a"
	case 8:
		return pick(r, "(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "(?is)")
	case 9:
		return pick(r, "é", "日", "ſ", "K", "K", "ß", "É")
	default:
		return pick(r, "a", "b", "c", "ab", "x", "1", "foo", "A", "k", "-", "_", "o", "\n")
	}
}

func regex(r *rand.Rand, depth int) string {
	out := ""
	for i := range 1 + r.Intn(3) {
		if i > 0 && r.Intn(4) == 0 {
			out += "|"
		}
		out += atom(r, depth)
		if r.Intn(3) == 0 {
			out += pick(r, "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{2,}?", "{0}", "{1,3}")
		}
	}
	if r.Intn(60) == 0 {
		out += pick(r, "(", ")", "*", "[", "|", "**", "+*", "{1001}", "(a{100}){100}", `\`, `\q`, `\8`, `\C`, "(?=a)", "(?P<n", "(?P<1-2>a)", "(?P=n)", "(?i", "(?z)", `\x{110000}`, `\xg`, `\pX`, "\xff",
			"(?", "{2,1}", "a{,3}", "(|a)*", "(a|)+", "()*", "(?:)", "||", "x{2}{3}", "(?i)*", "a(?i)*", "^*", "$+", `\b+`, "(^)*", "(?<>a)", "(?i--s)", "(?-)a", `\x`, `\x{}`, `\x{d800}`, `[\x{d800}]`, `[\x{d800}-\x{e000}]`)
	}
	return out
}

func text(r *rand.Rand) string {
	out := ""
	for range r.Intn(9) {
		out += pick(r, "a", "b", "c", "ab", "foo", "o", "x", "1", "42", " ", "\n", "é", "É", "日", "k", "K", "K", "ſ", "s", "-", "_", ".", "A", "\xff", "Ω", "ß", "]", "{", "&")
	}
	return out
}

func main() {
	count := flag.Int("n", 1000, "how many cases")
	seed := flag.Int64("seed", 1, "seed of the generator")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for range *count {
		pattern, subject := regex(r, 2), text(r)
		c := row{Pattern: value.Text(pattern), Text: value.Text(subject), N: r.Intn(5) - 1}
		if r.Intn(3) > 0 {
			c.N = -1
		}
		re, err := regexp.Compile(pattern)
		switch {
		case err != nil:
			c.Call, c.Want = "Compile", value.Text(err.Error())
		default:
			switch r.Intn(5) {
			case 0:
				c.Call, c.Want = "Find", value.Text(fmt.Sprintf("%t %q", re.MatchString(subject), re.FindString(subject)))
			case 1:
				c.Call, c.Want = "FindAll", value.Text(fmt.Sprintf("%q", re.FindAllString(subject, c.N)))
			case 2:
				c.Call, c.Want = "Split", value.Text(fmt.Sprintf("%q", re.Split(subject, c.N)))
			case 3:
				with := pick(r, "<$0>", "$1", "${1}x", "$1x", "$n", "${n}", "$$", "$", "${", "${1", "[$2]", "-", "", "$01", "${m}", "é$1é", "$é", "\xff$0")
				c.Call, c.With, c.Want = "Replace", value.Text(with), value.Text(re.ReplaceAllString(subject, with))
			default:
				c.Call, c.With, c.Want = "ReplaceLiteral", "<$1>", value.Text(re.ReplaceAllLiteralString(subject, "<$1>"))
			}
		}
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

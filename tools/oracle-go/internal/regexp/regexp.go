// Package regexp records Go's regexp: what patterns find, how they split and replace, or how they fail.
package regexp

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the regexp package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
	Bench:  benches(),
}

type row struct {
	Call    string     `json:"call"`
	Pattern value.Text `json:"pattern,omitempty"`
	Parts   []part     `json:"parts,omitempty"`
	Text    value.Text `json:"text"`
	With    value.Text `json:"with,omitempty"`
	N       int        `json:"n,omitempty"`
	Want    value.Text `json:"want"`
}

// A part of a pattern too long to be written down: a text so many times, or once, twice and so on with
// the separator between.
type part struct {
	Text      string `json:"text"`
	Times     int    `json:"times"`
	Separator string `json:"separator,omitempty"`
}

func (p part) String() string {
	if p.Separator == "" {
		return strings.Repeat(p.Text, p.Times)
	}
	var all []string
	for times := range p.Times {
		all = append(all, strings.Repeat(p.Text, times+1))
	}
	return strings.Join(all, p.Separator)
}

func (c *row) pattern() string {
	out := string(c.Pattern)
	for _, part := range c.Parts {
		out += part.String()
	}
	return out
}

func (c *row) Answer() bool {
	text, with := string(c.Text), string(c.With)
	re, err := regexp.Compile(c.pattern())
	if err != nil {
		// The rest is the pattern itself, or a part of it.
		said, shown, _ := strings.Cut(err.Error(), ": `")
		if c.Parts == nil {
			said += ": `" + shown
		}
		c.Call, c.Want = "Compile", value.Text(said)
		return true
	}
	want := ""
	switch c.Call {
	case "Compile":
		want = "compiled"
	case "Find":
		want = fmt.Sprintf("%t %q", re.MatchString(text), re.FindString(text))
	case "FindAll":
		want = fmt.Sprintf("%q", re.FindAllString(text, c.N))
	case "Split":
		want = fmt.Sprintf("%q", re.Split(text, c.N))
	case "Replace":
		want = re.ReplaceAllString(text, with)
	case "ReplaceLiteral":
		want = re.ReplaceAllLiteralString(text, with)
	default:
		return false
	}
	c.Want = value.Text(want)
	return true
}

func class(r *rand.Rand) string {
	out := "[" + area.Pick(r, "", "", "^")
	for range 1 + r.Intn(3) {
		out += area.Pick(r, "a", "b", "a-c", "0-9", "x-z", `\d`, `\W`, `\s`, `\S`, "[:alpha:]", "[:^digit:]", "[:punct:]", `\pL`, `\p{Lu}`, `\P{^Greek}`, "-", "é", "日", `\x41`,
			`\n`, `\]`, "&&", "--", "~~", "[", "^", "k", `\-`, `\x{ffff}`, "A-Z", `\.`, "#", " ", `\pN`, `\w`)
	}
	if r.Intn(30) == 0 {
		return out + area.Pick(r, "", "b-a]", "[:foo:]]", `\p{Foo}]`, `\b]`, "a-")
	}
	return out + "]"
}

func atom(r *rand.Rand, depth int) string {
	switch r.Intn(16) {
	case 0, 1:
		return class(r)
	case 2:
		return area.Pick(r, ".", "^", "$", `\b`, `\B`, `\A`, `\z`)
	case 3:
		return area.Pick(r, `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\pL`, `\p{Greek}`, `\PN`, `\p{^Lu}`, `\p{lowercase letter}`, `\p{Any}`, `\p{L}`)
	case 4:
		return area.Pick(r, `\.`, `\n`, `\t`, `\x41`, `\x{e9}`, `\101`, `\07`, `\Qa.b\E`, `\Q*`, `\\`, `\-`, `\_`, "{", "}", "]", "{,2}", "{a", "a{2", "&", "~", "#", " ", `\/`, "/")
	case 5, 6, 7:
		if depth > 0 {
			return area.Pick(r, "(", "(", "(?:", "(?P<n>", "(?<m>", "(?i:", "(?s:", "(?m:", "(?U:", "(?i-s:") + regex(r, depth-1) + ")"
		}
		return "a"
	case 8:
		return area.Pick(r, "(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "(?is)")
	case 9:
		return area.Pick(r, "é", "日", "ſ", "K", "K", "ß", "É")
	default:
		return area.Pick(r, "a", "b", "c", "ab", "x", "1", "foo", "A", "k", "-", "_", "o", "\n")
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
			out += area.Pick(r, "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{2,}?", "{0}", "{1,3}")
		}
	}
	if r.Intn(60) == 0 {
		out += area.Pick(r, "(", ")", "*", "[", "|", "**", "+*", "{1001}", "(a{100}){100}", `\`, `\q`, `\8`, `\C`, "(?=a)", "(?P<n", "(?P<1-2>a)", "(?P=n)", "(?i", "(?z)", `\x{110000}`, `\xg`, `\pX`, "\xff",
			"(?", "{2,1}", "a{,3}", "(|a)*", "(a|)+", "()*", "(?:)", "||", "x{2}{3}", "(?i)*", "a(?i)*", "^*", "$+", `\b+`, "(^)*", "(?<>a)", "(?i--s)", "(?-)a", `\x`, `\x{}`, `[\x{d800}-\x{e000}]`)
	}
	return out
}

func text(r *rand.Rand) string {
	out := ""
	for range r.Intn(9) {
		out += area.Pick(r, "a", "b", "c", "ab", "foo", "o", "x", "1", "42", " ", "\n", "é", "É", "日", "k", "K", "K", "ſ", "s", "-", "_", ".", "A", "\xff", "Ω", "ß", "]", "{", "&")
	}
	return out
}

func random(r *rand.Rand) area.Case {
	pattern := regex(r, 1+r.Intn(3))
	if r.Intn(4) == 0 {
		pattern = mutated(r, pattern)
	}
	subject := text(r)
	switch r.Intn(4) {
	case 0:
		subject = sample(r, pattern) + subject + sample(r, pattern)
	case 1:
		subject += sample(r, pattern) + text(r)
	case 2:
		subject = mutated(r, sample(r, pattern)+sample(r, pattern))
	}
	c := &row{Pattern: value.Text(pattern), Text: value.Text(subject), N: -1}
	if r.Intn(3) == 0 {
		c.N = r.Intn(5) - 1
	}
	switch r.Intn(6) {
	case 0:
		c.Call = "Find"
	case 1:
		c.Call = "FindAll"
	case 2:
		c.Call = "Split"
	case 3:
		c.Call = "Replace"
		c.With = value.Text(area.Pick(r, "<$0>", "$1", "${1}x", "$1x", "$n", "${n}", "$$", "$", "${", "${1", "[$2]", "-", "", "$01", "${m}", "é$1é", "$é", "\xff$0", "${ 1}", "$1$2$3", "${10}", "$10", "$_", "$0$$0", "${1}0", "$n_", "${n}_", "$-1", "$99999999999999999999"))
	case 4:
		c.Call, c.With = "Replace", "<$0|$1|$2|$3|$4|$5|$n|$m>"
	default:
		c.Call, c.With = "ReplaceLiteral", "<$1>"
	}
	return c
}

package regexp

import (
	"math/rand"
	"regexp/syntax"
	"strings"
	"unicode"

	"longshore/tools/oracle-go/internal/area"
)

// sample makes a text that the pattern matches more often than not: what its pieces take, one after the other.
func sample(r *rand.Rand, pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var out strings.Builder
	add(r, re, &out)
	return out.String()
}

func add(r *rand.Rand, re *syntax.Regexp, out *strings.Builder) {
	if out.Len() > 200 {
		return
	}
	times := func(low, high int) {
		for range low + r.Intn(high-low+1) {
			add(r, re.Sub[0], out)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 {
				for range r.Intn(3) {
					c = unicode.SimpleFold(c)
				}
			}
			out.WriteRune(c)
		}
	case syntax.OpCharClass:
		if at := r.Intn(len(re.Rune)/2+1) * 2; at < len(re.Rune) {
			low, high := re.Rune[at], re.Rune[at+1]
			out.WriteRune([]rune{low, high, low + rune(r.Intn(int(high-low)+1))}[r.Intn(3)])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out.WriteString(area.Pick(r, "a", "x", " ", "é", "\n", "\xff", "日"))
	case syntax.OpBeginLine, syntax.OpEndLine:
		out.WriteString(area.Pick(r, "", "\n"))
	case syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		out.WriteString(area.Pick(r, "", "", " ", "é"))
	case syntax.OpCapture:
		add(r, re.Sub[0], out)
	case syntax.OpStar:
		times(0, 3)
	case syntax.OpPlus:
		times(1, 3)
	case syntax.OpQuest:
		times(0, 1)
	case syntax.OpRepeat:
		times(re.Min, max(re.Max, re.Min+1))
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			add(r, sub, out)
		}
	case syntax.OpAlternate:
		add(r, re.Sub[r.Intn(len(re.Sub))], out)
	}
}

// mutated changes a text in one or two places.
func mutated(r *rand.Rand, text string) string {
	for range 1 + r.Intn(2) {
		at := r.Intn(len(text) + 1)
		end := min(len(text), at+1+r.Intn(3))
		switch r.Intn(4) {
		case 0:
			text = text[:at] + text[end:]
		case 1:
			text = text[:at] + text[at:end] + text[at:]
		case 2:
			text = text[:at] + area.Pick(r, "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", `\`, "^", "-", ":", "i", ",", "0", "9", "<", ">", "P", "\xff", "é", "$", ".", "Q", "E", "p", "C", "x", "b", `\Q`, `\E`, "(?", "[^", "[[:", ":]") + text[at:]
		case 3:
			from := r.Intn(len(text) + 1)
			text = text[:at] + text[from:] + text[at:]
		}
		text = text[:min(len(text), 300)]
	}
	return text
}

package main

import "regexp"

// mutate breaks a text somewhere: between tokens, or between bytes.
func (g *generator) mutate(text string) string {
	if len(text) == 0 {
		return text
	}
	if g.chance(50) {
		return g.mutateTokens(text)
	}
	at := g.rand.IntN(len(text))
	switch g.rand.IntN(6) {
	case 0:
		return text[:at] + text[at+1:]
	case 1:
		return text[:at] + g.one("{{", "}}", "{{-", "-}}", " ", "\"", "(", ")", "|", "$", ".", ":=", "=", ",", "/*", "*/", "\n", "end", "\x80", "`", "'", "{{end}}", "{{else}}", "{{ define \"q\" }}", "{{/*", "é", "\x00", "+", "1", "٣", "{{break}}", "- ", " -", "i", "_", "\\", "\r") + text[at:]
	case 2:
		return text[:at] + text[min(len(text), at+1+g.rand.IntN(8)):]
	case 3:
		return text[:min(len(text), at+1+g.rand.IntN(12))] + text[at:]
	case 4:
		return text[:at]
	}
	changed := []byte(text)
	changed[at] = byte(g.rand.IntN(128))
	return string(changed)
}

var token = regexp.MustCompile("\\{\\{-?|-?\\}\\}|\"(\\\\.|[^\"\\\\])*\"|`[^`]*`|[$.]?[\\pL\\d_]+|\\s+|.")

// mutateTokens leaves out, doubles, swaps or replaces tokens.
func (g *generator) mutateTokens(text string) string {
	tokens := token.FindAllStringIndex(text, -1)
	if len(tokens) < 2 {
		return text
	}
	// Rather inside actions than in text: the first of some tries that is no space.
	pick := func() []int {
		for range 3 {
			t := tokens[g.rand.IntN(len(tokens))]
			if text[t[0]] > ' ' {
				return t
			}
		}
		return tokens[g.rand.IntN(len(tokens))]
	}
	a := pick()
	switch g.rand.IntN(5) {
	case 0:
		return text[:a[0]] + text[a[1]:]
	case 1:
		return text[:a[1]] + g.one("", " ") + text[a[0]:]
	case 2:
		b := pick()
		if a[0] > b[0] {
			a, b = b, a
		}
		if a[1] > b[0] {
			return text
		}
		return text[:a[0]] + text[b[0]:b[1]] + text[a[1]:b[0]] + text[a[0]:a[1]] + text[b[1]:]
	case 3:
		b := pick()
		return text[:a[0]] + text[b[0]:b[1]] + text[a[1]:]
	}
	return text[:a[0]] + g.junk() + text[a[1]:]
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// document is YAML text: mostly right, often strange, sometimes broken.
func (g *generator) document() string {
	var text string
	switch p := g.Float64(); {
	case p < 0.08:
		text = "k: " + g.scalar()
	case p < 0.12:
		text = g.scalar() + ": v"
	case p < 0.72:
		text = g.body()
	case p < 0.82:
		text = one(g, "", "", "%YAML 1.1\n", "%YAML 1.2\n", "%TAG !e! tag:e.org,2000:\n", "%TAG ! !x\n", "%FOO\n", "# c\n") +
			"---" + one(g, " ", "\n", " # c\n") + g.body() + one(g, "", "...\n", "--- \n", "---\nx: 1\n", "... # end\n")
	default:
		for range 1 + g.Intn(3) {
			text += g.body() + one(g, "---\n", "--- # c\n", "...\n", "--- a\n", "...\n---\n")
		}
		text += g.body()
	}
	if g.chance(0.3) {
		text = g.mutated(text)
	}
	switch p := g.Float64(); {
	case p < 0.03:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case p < 0.04:
		text = strings.ReplaceAll(text, "\n", "\r")
	case p < 0.05:
		text = "\ufeff" + text
	case p < 0.06 && !strings.Contains(text, "\ufeff"):
		text = utf16Text(text, g.chance(0.5))
	case p < 0.065:
		text = strings.Repeat(text+"\n", 30)
	}
	return text
}

func utf16Text(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		high, low := byte(unit>>8), byte(unit)
		if big {
			b.Write([]byte{high, low})
		} else {
			b.Write([]byte{low, high})
		}
	}
	return b.String()
}

// mutated is a text with one to three changes of a few bytes.
func (g *generator) mutated(text string) string {
	for range 1 + g.Intn(3) {
		if text == "" {
			return text
		}
		i := g.Intn(len(text) + 1)
		j := min(len(text), i+1+g.Intn(3))
		switch p := g.Float64(); {
		case p < 0.4:
			text = text[:i] + one(g, inserts...) + text[i:]
		case p < 0.7:
			text = text[:i] + text[j:]
		case p < 0.8:
			text = text[:i] + text[i:j] + text[i:j] + text[j:]
		case p < 0.9:
			k := g.Intn(len(text) + 1)
			text = text[:k] + text[i:j] + text[k:]
		default:
			text = text[:i]
		}
	}
	return text
}

func (g *generator) body() string {
	switch p := g.Float64(); {
	case p < 0.12:
		return g.flow(3) + one(g, "", "\n")
	case p < 0.2:
		return g.flowScalar() + one(g, "", "\n", " # c\n")
	case p < 0.25:
		return g.blockScalar(g.Intn(3))
	}
	return g.comments(0) + g.block(one(g, 0, 0, 0, 0, 2), 1+g.Intn(3), false) + g.comments(0)
}

// quoted is a scalar in quotes, single or double, over several lines at times.
func (g *generator) quoted() string {
	text := g.scalar()
	if g.chance(0.5) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	if g.chance(0.2) {
		return strings.ReplaceAll(string(b), " ", one(g, "\\\n   ", "\n  ", "\n\n  "))
	}
	return string(b)
}

// oddities are scalars with properties, aliases, escapes and line breaks.
var oddities = []string{
	"&a x", "*a", "*b", "!!str 5", "!!int '5'", "!!int x", "!!float 1", "!!float 0x10", "!!bool yes", "!!null ''", "!!null x",
	"!!binary aGk=", "!!binary /////w==", "!!binary 'aG k='", "!foo bar", "! 5", "!!timestamp 2001-01-01", "!!timestamp x",
	"!<tag:yaml.org,2002:int> 3", "!<!x> 3", "!e!x y", "!!merge <<", "! ", "!!str", "&b", "&b !!str z", "!!int &c 7",
	`"\x41\u00e9\U0001F600\n\t\/\""`, `"\0\a\b\v\f\r\e\ \N\_\L\P\\"`, "\"a\\\n   b\"", "\"a\n  b\n\n c\"", "'a\n  b\n\n c'",
	`"\q"`, `"\x4"`, `"\ud83d\ude00"`, `"\U00110000"`, "a\n  b", "a\n\n  b", "!!set {a, b}", "!!omap [a: b]", "!!seq []", "!!map {}",
	"!!str {a: b}", "!!python/x y", "!a%20b c", "!!str\n  x", "&a\n  x", "&a-b:c x", "*a : b", "&日 x",
}

func (g *generator) flowScalar() string {
	switch p := g.Float64(); {
	case p < 0.35:
		return one(g, words...)
	case p < 0.5:
		return strings.ReplaceAll(g.scalar(), "\n", " ")
	case p < 0.8:
		return g.quoted()
	}
	return one(g, oddities...)
}

func (g *generator) flow(depth int) string {
	p := g.Float64()
	if depth <= 0 || p < 0.4 {
		return g.flowScalar()
	}
	separator := "," + one(g, "", " ", " ", "\n  ", " # c\n  ", "\n")
	var parts []string
	for range g.Intn(4) {
		if p < 0.7 {
			parts = append(parts, one(g,
				g.flow(depth-1), g.flow(depth-1), g.flowScalar()+": "+g.flow(depth-1),
				"? "+g.flowScalar()+" : "+g.flow(depth-1), "", g.flowScalar()+":", ": "+g.flowScalar()))
			continue
		}
		parts = append(parts, one(g,
			g.flowScalar()+": "+g.flow(depth-1), g.flowScalar()+": "+g.flow(depth-1), g.flowScalar()+":"+g.flow(depth-1),
			g.flowScalar(), "? "+g.flow(depth-1)+": "+g.flowScalar(), "<<: *a", "\"k\":"+g.flow(depth-1), "? a", ": b", ""))
	}
	inner := strings.Join(parts, separator) + one(g, "", "", ",", " ", "\n")
	open := one(g, "", "", "", "", "&a ", "!x ", "!!map ")
	if p < 0.7 {
		return open + "[" + inner + "]"
	}
	return open + "{" + inner + "}"
}

func (g *generator) blockScalar(indent int) string {
	text := one(g, "|", ">") + one(g, "", "", "", "-", "+", "2", "1-", "+3", "2+", "0", "-+", " # c", " x", "-  #c", "9") + "\n"
	for range g.Intn(6) {
		line := one(g, "text", "  more", "", "", "# not comment", " x", "\tt", "a: b", "- c", "trail  ", "é", "---", "...",
			"word word word word word word word word word word word word word word word word word word", "\t", "text \t")
		if line == "" {
			text += one(g, "", " ", "    ", "\t") + "\n"
		} else {
			text += strings.Repeat(" ", indent+one(g, 0, 0, 0, 0, 1)) + line + one(g, "\n", "\n", "\n", "\n", "\n", "\r\n")
		}
	}
	if g.chance(0.1) {
		text = strings.TrimSuffix(text, "\n")
	}
	return text
}

func (g *generator) comments(indent int) string {
	text := ""
	for g.chance(0.15) {
		text += one(g, fmt.Sprintf("%s# comment %d\n", strings.Repeat(" ", indent), g.Intn(9)), "\n",
			strings.Repeat(" ", one(g, 0, 2, 4, 6))+"# odd\n", "#\n", "\n# spaced\n\n")
	}
	return text
}

func (g *generator) properties() string {
	if g.chance(0.9) {
		return ""
	}
	return one(g, "&a ", "&b ", "!!map ", "!!str ", "!x ", "&c !!seq ", "!!seq &d ", "!<x> ", "! ")
}

func (g *generator) trailing() string {
	return one(g, "", "", "", "", "", " # c", "  #c2", " #", "# x", " ")
}

func (g *generator) block(indent, depth int, inline bool) string {
	text, space := "", strings.Repeat(" ", indent)
	isMapping := g.chance(0.65)
	for i := range 1 + g.Intn(4) {
		if i > 0 || !inline {
			text += g.comments(indent) + space
		}
		if isMapping {
			key := one(g, "a", "b", "c", fmt.Sprintf("k%d", i), fmt.Sprintf("k%d", i), fmt.Sprintf("name%d", i), g.flowScalar(),
				"<<", "? x\n"+space, "? [a]\n"+space, "\"q\"", "*a ", "1", "yes", "n", "~", "[x]", "{x: y}", "&z k", "!!str k", "é", "? ")
			if g.chance(0.9) && !strings.HasPrefix(key, "?") {
				key = strings.ReplaceAll(key, "\n", " ")
			}
			text += key + one(g, ":", ":", ":", ":", ":", ":", " :", " ", ":\t") + g.entry(indent, depth)
			continue
		}
		text += "-"
		if depth > 0 && g.chance(0.35) {
			text += one(g, " ", " ", " ", "  ", "\t") + g.properties() + g.block(indent+2, depth-1, true)
		} else {
			text += g.entry(indent, depth)
		}
	}
	return text
}

func (g *generator) entry(indent, depth int) string {
	switch p := g.Float64(); {
	case p < 0.45 || depth <= 0:
		return " " + g.properties() + g.flowScalar() + g.trailing() + "\n"
	case p < 0.55:
		return " " + g.flow(2) + g.trailing() + "\n"
	case p < 0.65:
		return " " + g.properties() + g.blockScalar(indent+one(g, 1, 2, 2, 2, 4, 0))
	case p < 0.70:
		return one(g, "", " ", "\t", " &a", " !!str", " !!null", " *a") + g.trailing() + "\n"
	case p < 0.74: // a value on the lines below its key
		return one(g, "\n", " # c\n") + strings.Repeat(" ", indent+2) + g.flowScalar() + "\n"
	}
	return " " + g.properties() + g.trailing() + "\n" + g.block(indent+one(g, 0, 1, 2, 2, 2, 2, 4), depth-1, false)
}

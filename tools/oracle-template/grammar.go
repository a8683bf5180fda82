package main

import (
	"math/rand/v2"
	"strings"
)

// generator writes templates by the grammar, most of them valid.
type generator struct {
	rand  *rand.Rand
	vars  []string
	loops int
	depth int
	level int  // of the definition: it calls only those of lower levels, so that nothing recurses
	inner bool // inside a range or with, where dot is not the whole data
	known bool // all three definitions are there
	wild  bool // mistakes on purpose, many more than by chance
}

func (g *generator) one(choices ...string) string { return choices[g.rand.IntN(len(choices))] }
func (g *generator) chance(percent int) bool      { return g.rand.IntN(100) < percent }

const countdown = "{{ define \"countdown\" }}{{ if . }}{{ len . }}{{ template \"countdown\" (slice . 1) }}{{ end }}{{ end }}"

func (g *generator) library() string {
	var b strings.Builder
	first := 1
	if g.wild {
		first += g.rand.IntN(3)
	}
	g.known = first == 1
	for level := first; level <= 3; level++ {
		b.WriteString(g.definition(level))
	}
	b.WriteString(countdown)
	return b.String()
}

var definitions = []string{"d1", "d2", "d3"}

func (g *generator) definition(level int) string {
	inner := &generator{rand: g.rand, level: level, wild: g.wild, depth: 1, inner: true}
	name := quote(definitions[level-1])
	if g.chance(10) {
		name = "`" + definitions[level-1] + "`"
	}
	body := inner.list(2)
	if g.chance(8) {
		body = g.one("", " ", "\n\t", "{{/* nothing */}}", " {{- /* */ -}} ")
	}
	return g.action("define "+name) + body + g.action("end") + g.one("\n", "", " ")
}

func (g *generator) file() string {
	var b strings.Builder
	g.level = 4
	if g.chance(15) {
		b.WriteString(g.definition(1 + g.rand.IntN(3)))
	}
	b.WriteString(g.list(3))
	if g.chance(2) {
		b.WriteString(g.definition(1 + g.rand.IntN(3)))
	}
	return b.String()
}

func quote(s string) string { return `"` + s + `"` }

// action puts delimiters around a body.
func (g *generator) action(body string) string {
	left, right := "{{", "}}"
	switch n := g.rand.IntN(100); {
	case n < 22:
		left = g.one("{{- ", "{{-\n", "{{-\t", "{{-\r", "{{-  ", "{{- \n ")
	case n < 70:
		left = g.one("{{ ", "{{ ", "{{ ", "{{  ", "{{\n ", "{{\t", "{{\r\n")
	}
	switch n := g.rand.IntN(100); {
	case n < 22:
		right = g.one(" -}}", "\n-}}", "\t-}}", "\r-}}", "  -}}", " \n -}}")
	case n < 70:
		right = g.one(" }}", " }}", " }}", "  }}", "\n}}", "\t}}", "\r\n }}")
	}
	if g.wild && g.chance(3) {
		left, right = g.one("{{", "{{-", "{", "{{{", "{{--"), g.one("}}", "-}}", "}", "}}}", "--}}")
	}
	return left + body + right
}

func (g *generator) text() string {
	if g.wild && g.chance(30) {
		return g.one("{", "}", "}}", "{{", "x", "{}", "-}}", "{ {", "\x00", "\xff", "\r\n")
	}
	return g.one("a", " b ", "\n", "  \n  ", "key: ", "- x\n", "\t", "} ", "é", "😀\n", "c", "\u00a0", " \r\n ", "%s", "\v")
}

func (g *generator) comment() string {
	return g.one("{{/* note */}}", "{{- /* note */ -}}", "{{/* a\nb */}}", "{{- /* */}}", "{{/**/}}", "{{/* }} */ -}}",
		"{{-\n/* x\n*/\n-}}", "{{/* {{ . }} */}}", "{{- /* - */ -}}")
}

func (g *generator) list(size int) string {
	var b strings.Builder
	mark := len(g.vars)
	for range 1 + g.rand.IntN(size+1) {
		b.WriteString(g.node())
	}
	g.vars = g.vars[:mark]
	return b.String()
}

func (g *generator) node() string {
	if g.depth > 4 {
		return g.text()
	}
	g.depth++
	defer func() { g.depth-- }()
	switch n := g.rand.IntN(100); {
	case n < 18:
		return g.text()
	case n < 45:
		return g.action(g.pipeline())
	case n < 55:
		return g.branch("if")
	case n < 64:
		return g.branch("with")
	case n < 76:
		return g.loop()
	case n < 85:
		return g.declaration()
	case n < 88:
		return g.comment()
	case n < 91 && (g.loops > 0 || g.wild && g.chance(20)):
		return g.action(g.one("break", "continue"))
	case n < 95:
		return g.invocation()
	case n < 98:
		return g.block()
	case g.wild:
		return g.action(g.one("end", "else", "else if true", "else with 1", "template", "define \"x\"", "block", "block \"x\"", "if", "range", "with",
			"template \"d1\" . .", "template d1", "template .s", "nil", "", "break 1", "end end", "else 1", "if $x := 1, 2", "range $a, $b, $c := .l", "range $a, 1",
			"$x, $y := 1", "with $x, $y := .m", "range $i, := .l", "define x", "define \"a\" \"b\"", "define \"\\q\"", "template `a\nb`", "continue x"))
	}
	return g.action(g.pipeline())
}

// invocation calls a template of a lower level.
func (g *generator) invocation() string {
	if g.known && g.chance(6) {
		return g.action("template \"countdown\" " + g.one(".s", ".l", ".ls", ".e", ".i", "(slice .s 2)"))
	}
	if (g.level == 1 || !g.known) && !g.wild {
		return g.action(g.pipeline())
	}
	name := g.one("absent", "", "lib.tpl", "b1")
	if g.level > 1 && !g.chance(4) {
		name = definitions[g.rand.IntN(min(g.level, 4)-1)]
	}
	call := "template " + quote(name)
	if !g.chance(20) {
		call += " " + g.one("$", "$", "$", g.pipeline())
	}
	return g.action(call)
}

func (g *generator) block() string {
	inner := &generator{rand: g.rand, level: 1, depth: g.depth, wild: g.wild, inner: true}
	call := "block " + quote(g.one("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "d1"))
	return g.action(call+" "+g.pipeline()) + inner.list(1) + g.action("end")
}

func (g *generator) branch(word string) string {
	mark := len(g.vars)
	defer func(inner bool) { g.vars, g.inner = g.vars[:mark], inner }(g.inner)
	head := g.head()
	g.inner = g.inner || word == "with"
	s := g.action(word+" "+head) + g.list(2)
	for g.chance(20) {
		s += g.action(g.one("else ", "else ", "else  ", "else\n")+word+" "+g.head()) + g.list(1)
	}
	if g.chance(40) {
		s += g.action("else") + g.list(1)
	}
	if g.wild && g.chance(3) {
		return s + g.one("", g.action("else"), g.action("else if true"), g.action("else range .l"), g.action("end")+g.action("end"))
	}
	return s + g.action("end")
}

// head is the pipeline of a branch, with or without a variable.
func (g *generator) head() string {
	head := g.pipeline()
	switch n := g.rand.IntN(100); {
	case n < 20:
		name := g.newVar()
		head = name + g.one(" := ", ":=", " :=") + head
		g.vars = append(g.vars, name)
	case n < 25 && len(g.vars) > 0:
		head = g.one(g.vars...) + " = " + head
	}
	return head
}

func (g *generator) loop() string {
	mark := len(g.vars)
	defer func() { g.vars = g.vars[:mark] }()
	over := g.one(".l", ".m", ".lm", ".ls", ".li", ".ll", ".ms", ".three", ".el", ".n", ".by", ".u", ".a.b.l", ".v", ".seq", ".seq0", ".anys",
		".seq2", ".seq20", ".i8", ".u16", ".nl", ".nm", ".nls", ".slack", ".awk", "3", "0", "-1", "2", ".box.Strs", ".box.M", ".lp", ".em", ".s", ".fn", ".ns", ".np", ".zero", ".points")
	if g.chance(20) {
		over = g.pipeline()
	} else if g.inner && over[0] == '.' && !g.chance(20) {
		over = "$" + over
	}
	if g.chance(10) {
		over = "(" + over + ")"
	}
	switch g.rand.IntN(6) {
	case 0:
		name := g.newVar()
		g.vars = append(g.vars, name)
		over = name + g.one(" := ", ":=") + over
	case 1, 2:
		one, two := g.newVar(), g.newVar()
		g.vars = append(g.vars, one, two)
		over = one + g.one(", ", ",", " , ", ",\n") + two + g.one(" := ", ":=") + over
	case 3:
		if len(g.vars) > 0 {
			over = g.one(g.vars...) + " = " + over
			if g.chance(50) {
				over = g.one(g.vars...) + ", " + over
			}
		}
	}
	defer func(inner bool) { g.inner = inner }(g.inner)
	g.inner = true
	g.loops++
	s := g.action("range "+over) + g.list(2)
	if g.chance(15) {
		s += g.action(g.one("if . ", "if true ", "with 1 ")) + g.list(0) + g.action(g.one("break", "continue")) + g.action("end")
	}
	g.loops--
	if g.chance(30) {
		s += g.action("else") + g.list(1)
	}
	return s + g.action("end")
}

func (g *generator) newVar() string { return g.one("$x", "$y", "$z", "$i", "$", "$é", "$x1") }

func (g *generator) declaration() string {
	if len(g.vars) > 0 && g.chance(35) {
		return g.action(g.one(g.vars...) + g.one(" = ", " =", "=") + g.pipeline())
	}
	name := g.newVar()
	s := g.action(name + g.one(" := ", ":=", " :=") + g.pipeline())
	g.vars = append(g.vars, name)
	return s
}

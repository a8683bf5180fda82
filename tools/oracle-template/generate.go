package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"unicode/utf8"
)

// generate writes count random cases with their outcomes.
func generate(seed int64, count int) {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for i := range int64(count) {
		g := &generator{rand: rand.New(rand.NewSource(seed + i))}
		g.wild = g.chance(30)
		c := g.sources()
		c.Name = fmt.Sprintf("seed-%d", seed+i)
		c.Dataset = "fuzz"
		c.Outcome = run(c)
		must(out.Encode(c))
	}
}

// generator writes templates by the grammar, most of them valid.
type generator struct {
	rand  *rand.Rand
	vars  []string
	loops int
	depth int
	leaf  bool // no calls of templates, so that nothing recurses
	wild  bool // mistakes on purpose, many more than by chance
}

func (g *generator) one(choices ...string) string { return choices[g.rand.Intn(len(choices))] }
func (g *generator) chance(percent int) bool      { return g.rand.Intn(100) < percent }

func (g *generator) sources() *Case {
	var c Case
	if g.chance(40) {
		c.Sources = append(c.Sources, Source{Name: "lib.tpl", Text: g.library()})
	}
	c.Sources = append(c.Sources, Source{Name: "dir/main.yaml", Text: g.file()})
	if g.chance(12) {
		c.Missing = g.one("zero", "error", "default")
	}
	if g.wild && g.chance(40) {
		last := &c.Sources[len(c.Sources)-1]
		last.Text = g.mutate(last.Text)
	}
	for i, s := range c.Sources {
		if !utf8.ValidString(s.Text) {
			c.Sources[i].Hex = hex.EncodeToString([]byte(s.Text))
		}
	}
	return &c
}

func (g *generator) library() string {
	var b strings.Builder
	for _, name := range []string{"d1", "d2", "d3"}[g.rand.Intn(3):] {
		b.WriteString(g.definition(name))
	}
	return b.String()
}

func (g *generator) definition(name string) string {
	inner := &generator{rand: g.rand, leaf: true, wild: g.wild}
	return g.action("define "+quote(name)) + inner.list(2) + g.action("end") + "\n"
}

func (g *generator) file() string {
	var b strings.Builder
	if g.chance(30) {
		b.WriteString(g.definition(g.one("d1", "d2", "d3")))
	}
	b.WriteString(g.list(3))
	return b.String()
}

func quote(s string) string { return `"` + s + `"` }

// action puts delimiters around a body.
func (g *generator) action(body string) string {
	left, right := "{{", "}}"
	if g.chance(20) {
		left = g.one("{{- ", "{{-\n", "{{-\t")
	} else if g.chance(60) {
		left = g.one("{{ ", "{{  ", "{{\n ")
	}
	if g.chance(20) {
		right = g.one(" -}}", "\n-}}")
	} else if g.chance(60) {
		right = g.one(" }}", "  }}", "\n}}")
	}
	return left + body + right
}

func (g *generator) text() string {
	if g.wild {
		return g.one("{", "}", "}}", "{{", "x")
	}
	return g.one("a", " b ", "\n", "  \n  ", "key: ", "- x\n", "\t", "} ", "é", "😀\n", "c")
}

func (g *generator) list(size int) string {
	var b strings.Builder
	mark := len(g.vars)
	for range 1 + g.rand.Intn(size+1) {
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
	switch n := g.rand.Intn(100); {
	case n < 22:
		return g.text()
	case n < 48:
		return g.action(g.pipeline())
	case n < 58:
		return g.branch("if")
	case n < 66:
		return g.branch("with")
	case n < 76:
		return g.loop()
	case n < 85:
		return g.declaration()
	case n < 88:
		return g.one("{{/* note */}}", "{{- /* note */ -}}", "{{/* a\nb */}}", "{{- /* */}}")
	case n < 91 && g.loops > 0:
		return g.action(g.one("break", "continue"))
	case n < 96 && !g.leaf:
		call := "template " + quote(g.one("d1", "d2", "d3", "d1", "absent"))
		if g.chance(70) {
			call += " " + g.pipeline()
		}
		return g.action(call)
	case n < 98 && !g.leaf:
		inner := &generator{rand: g.rand, leaf: true, depth: g.depth, wild: g.wild}
		return g.action("block "+quote(g.one("b1", "b2", "b3", "b4", "b5", "b6"))+" "+g.pipeline()) + inner.list(1) + g.action("end")
	}
	return g.action(g.pipeline())
}

func (g *generator) branch(word string) string {
	mark := len(g.vars)
	defer func() { g.vars = g.vars[:mark] }()
	head := g.pipeline()
	if g.chance(20) {
		name := g.newVar()
		head = name + " := " + head
		g.vars = append(g.vars, name)
	}
	s := g.action(word+" "+head) + g.list(2)
	if g.chance(25) {
		s += g.action("else "+word+" "+g.pipeline()) + g.list(1)
	}
	if g.chance(40) {
		s += g.action("else") + g.list(1)
	}
	return s + g.action("end")
}

func (g *generator) loop() string {
	mark := len(g.vars)
	defer func() { g.vars = g.vars[:mark] }()
	over := g.one(".l", ".m", ".lm", ".ls", ".li", ".ll", ".ms", ".three", ".el", ".n", ".by", ".u", ".a.b.l", ".v")
	if g.chance(20) {
		over = g.pipeline()
	}
	switch g.rand.Intn(5) {
	case 0:
		name := g.newVar()
		g.vars = append(g.vars, name)
		over = name + " := " + over
	case 1:
		one, two := g.newVar(), g.newVar()
		g.vars = append(g.vars, one, two)
		over = one + g.one(", ", ",", " , ") + two + " := " + over
	case 2:
		if len(g.vars) > 0 && g.chance(50) {
			over = g.one(g.vars...) + " = " + over
		}
	}
	g.loops++
	s := g.action("range "+over) + g.list(2)
	g.loops--
	if g.chance(30) {
		s += g.action("else") + g.list(1)
	}
	return s + g.action("end")
}

func (g *generator) newVar() string { return g.one("$x", "$y", "$z", "$i", "$") }

func (g *generator) declaration() string {
	if len(g.vars) > 0 && g.chance(35) {
		return g.action(g.one(g.vars...) + g.one(" = ", " =") + g.pipeline())
	}
	name := g.newVar()
	s := g.action(name + g.one(" := ", ":=") + g.pipeline())
	g.vars = append(g.vars, name)
	return s
}

package main

import "strings"

func (g *generator) pipeline() string {
	s := g.command()
	for g.chance(25) {
		s += g.one(" | ", "|", " |\n") + g.piped()
	}
	return s
}

// command is the first of a pipeline.
func (g *generator) command() string {
	if g.depth > 7 || g.chance(45) {
		return g.operand()
	}
	return g.call(0)
}

// piped is a command that takes the value before it.
func (g *generator) piped() string {
	switch n := g.rand.Intn(20); {
	case n == 0 && g.wild:
		return g.operand()
	case n == 1:
		return g.one(".v.Get", ".v.Sum 1", ".p.Scale", ".m.a", ".v.Kind", ".n.x", ".absent.M")
	}
	return g.call(1)
}

// signatures are the kinds of argument that each function wants: i(nt), s(tring), a(ny), l(ist),
// m(ap), f(loat), b(ool), n(umber); * repeats the one before.
var signatures = map[string]string{
	"upper": "s", "add": "ii", "sum": "ii*", "joined": "ss*", "same": "a", "count": "a*",
	"typeOf": "a", "nothing": "", "three": "", "point": "", "asInt64": "i", "asUint8": "i",
	"asUint": "i", "asFloat": "n", "asBool": "b", "asMap": "m", "asList": "l", "asStrs": "l",
	"duration": "i", "fail": "s", "include": "Da", "tpl": "Ta",
	"and": "aa*", "or": "aa*", "not": "a", "eq": "nna*", "ne": "nn", "lt": "nn", "le": "nn",
	"gt": "nn", "ge": "nn", "index": "li*", "slice": "li*", "len": "l", "print": "a*",
	"printf": "Fa*", "println": "a*", "html": "a*", "js": "a*", "urlquery": "a*", "call": "aa*",
}

var names = func() []string {
	var list []string
	for name := range signatures {
		list = append(list, name)
	}
	// Sorted, so that a seed always gives the same case.
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			if list[j] < list[i] {
				list[i], list[j] = list[j], list[i]
			}
		}
	}
	return list
}()

// call is a function with arguments, of which the last `given` come by pipe.
func (g *generator) call(given int) string {
	name := g.one(names...)
	if !g.wild && g.chance(70) {
		name = g.one("and", "or", "not", "print", "printf", "same", "typeOf", "count", "html", "add", "upper", "index", "include", "tpl")
	}
	if g.leaf && (name == "include" || name == "tpl") {
		name = "same"
	}
	g.depth++
	defer func() { g.depth-- }()
	want := signatures[name]
	var kinds []byte
	for i := 0; i < len(want); i++ {
		if want[i] == '*' {
			for g.chance(40) {
				kinds = append(kinds, want[i-1])
			}
			continue
		}
		kinds = append(kinds, want[i])
	}
	if g.wild && g.chance(6) {
		kinds = append(kinds, 'a')
	}
	if g.wild && g.chance(6) && len(kinds) > 0 {
		kinds = kinds[1:]
	}
	if given > 0 && len(kinds) > 0 {
		kinds = kinds[:len(kinds)-1]
	}
	parts := []string{name}
	for _, kind := range kinds {
		parts = append(parts, g.argument(kind))
	}
	return strings.Join(parts, g.one(" ", " ", " ", "  ", "\n"))
}

func (g *generator) argument(kind byte) string {
	if g.wild && g.chance(12) {
		return g.operand()
	}
	if g.chance(15) && g.depth < 7 {
		return "(" + g.pipeline() + ")"
	}
	switch kind {
	case 'i':
		return g.one("1", "0", "2", "-1", ".i", ".three", ".zero", "0x10", "'a'", "1e1", ".i64", "(three)", "three", "1_0", "0b11")
	case 's':
		return g.one(`"str"`, "`raw`", ".s", ".e", `"a\tb"`, ".uni", `"\u00e9\x41"`, ".html", ".a.b.c")
	case 'l':
		return g.one(".l", ".ls", ".li", ".el", ".m", ".s", ".by", ".ll", ".n", ".ms", ".absent", ".lm")
	case 'm':
		return g.one(".m", ".em", ".v", ".ms", ".n", ".a.b", "nil")
	case 'f':
		return g.one("1.5", ".d", ".big", "1e3", "2")
	case 'n':
		return g.one("1", ".i", ".d", "1.5", ".s", `"hello"`, ".u", "7", ".big", "1000000.0", ".n", ".absent", ".t", "true", ".dur", ".u64", ".l", ".m", "'*'", ".p", "nil")
	case 'b':
		return g.one("true", "false", ".t", ".f", "(not .e)")
	case 'D':
		return g.one(`"d1"`, `"d2"`, `"d3"`, `"absent"`)
	case 'T':
		return g.one(`"<{{ . }}>"`, "`{{ .s }}`", `"plain"`, "`{{ define \"d1\" }}over{{ end }}{{ template \"d1\" . }}`", "`{{ .s.x }}`", "`{{ bad }}`", "`{{`", "``")
	case 'F':
		return g.one(`"%v"`, `"%d-%s"`, `"%q"`, `"%5.1f|"`, `"%T"`, `"%x"`, `"%t%%"`, `"%s %s %s"`, `"%!"`, `"%+v"`, `"%05d"`, `"%-8s|"`, `"%c%U"`, `"%e"`, `"%[2]v %[1]v"`, `"%*d"`)
	}
	return g.operand()
}

func (g *generator) operand() string {
	if !g.wild {
		return g.tame()
	}
	switch n := g.rand.Intn(100); {
	case n < 45:
		return g.one(".s", ".i", ".d", ".t", ".f", ".e", ".l", ".m", ".ms", ".n", ".a.b.c", ".a.b", ".a.b.n", ".absent",
			".absent.x", ".v.key", ".v.sub.deep", ".v.Count", ".p.X", ".p.Name", ".p", ".tmp", ".big", ".u8", ".by", ".dur",
			".li", ".ls", ".uni", ".html", ".m.a", ".m.absent", ".v", ".s.x", ".n.x", ".i.y", ".l.z", ".a.b.n.q", ".p.Any",
			".p.Nope", ".p.Scale", ".v.Get", ".v.n", ".v.sub.Count", ".k", ".name", ".x", ".name.z", ".ok")
	case n < 55:
		if len(g.vars) > 0 {
			return g.one(g.vars...) + g.one("", "", "", ".k", ".name", ".a.b", ".x.y", ".Count")
		}
		return g.one("$", "$.s", "$.a.b.c", "$.n.x", "$.l", "$.v.Count")
	case n < 63:
		return "."
	case n < 78:
		return g.one("1", "-2", "1.5", `"lit"`, "true", "false", "'x'", "1e3", "0x1F", "0o17", "017", "`raw\nline`", "1e400",
			"9223372036854775808", "18446744073709551616", "-0", ".5", "1_000", `'\n'`, `"\""`, "0x1p4", "0xep1", "+3")
	case n < 80:
		return "nil"
	case n < 84:
		return g.one("three", "nothing", "point.X", "point.Nope", "three.x", "nothing.x", "print", "len")
	case n < 86:
		return g.one("$undefined", "unknown", "..", ".x.", "$.", "\"open", "'ab'", "3a", "(", ")", "1.2.3", "#", ",", "::", "-")
	}
	if g.depth > 6 {
		return ".s"
	}
	g.depth++
	defer func() { g.depth-- }()
	s := "(" + g.pipeline() + ")"
	if g.chance(30) {
		s += g.one(".k", ".a.b", ".X", ".name", ".Count", ".c")
	}
	return s
}

// tame is an operand that seldom fails.
func (g *generator) tame() string {
	switch n := g.rand.Intn(100); {
	case n < 50:
		return g.one(".s", ".i", ".d", ".t", ".f", ".e", ".l", ".m", ".ms", ".n", ".a.b.c", ".a.b", ".a.b.n", ".absent",
			"$.absent.x", "$.v.key", "$.v.sub.deep", "$.v.Count", "$.p.X", "$.p", "$.tmp", "$.big", ".by", ".dur", "$.l",
			".li", ".ls", ".uni", ".html", "$.m.a", "$.v", "$.s", "$.i", "$.lm", "$.t", "$.e")
	case n < 62 && len(g.vars) > 0:
		return g.one(g.vars...)
	case n < 70:
		return "."
	case n < 85:
		return g.one("1", "-2", "1.5", `"lit"`, "true", "false", "'x'", "1e3", "`raw`", "0x1F")
	case n < 88 || g.depth > 6:
		return g.one("three", "nothing", "point.X")
	}
	g.depth++
	defer func() { g.depth-- }()
	return "(" + g.pipeline() + ")"
}

// mutate breaks a text somewhere.
func (g *generator) mutate(text string) string {
	if len(text) == 0 {
		return text
	}
	for range 1 + g.rand.Intn(2) {
		at := g.rand.Intn(len(text))
		switch g.rand.Intn(5) {
		case 0:
			text = text[:at] + text[at+1:]
		case 1:
			text = text[:at] + g.one("{{", "}}", "{{-", "-}}", " ", "\"", "(", ")", "|", "$", ".", ":=", "=", ",", "/*", "*/", "\n", "end", "\x80", "`", "'", "{{end}}", "{{else}}", "{{ define \"q\" }}", "{{/*", "é", "\x00", "+", "1", "٣", "{{break}}") + text[at:]
		case 2:
			end := min(len(text), at+1+g.rand.Intn(8))
			text = text[:at] + text[end:]
		case 3:
			end := min(len(text), at+1+g.rand.Intn(12))
			text = text[:end] + text[at:]
		case 4:
			text = text[:at]
		}
		if len(text) == 0 {
			return text
		}
	}
	return text
}

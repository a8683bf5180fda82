package main

import (
	"slices"
	"strings"
)

func (g *generator) pipeline() string {
	s := g.command()
	for g.chance(25) {
		s += g.one(" | ", "|", " |\n", "| ") + g.piped()
	}
	return s
}

// command is the first of a pipeline.
func (g *generator) command() string {
	switch {
	case g.depth > 7 || g.chance(42):
		return g.operand()
	case g.chance(14):
		return g.method(0)
	}
	return g.call(0)
}

// piped is a command that takes the value before it.
func (g *generator) piped() string {
	switch n := g.rand.IntN(20); {
	case n == 0 && g.wild:
		return g.operand()
	case n <= 2:
		return g.method(1)
	}
	return g.call(1)
}

// methods are fields with arguments, and the kinds of these as in signatures.
var methods = map[string]string{
	".v.Get": "s", ".v.Sum": "ii*", ".v.Kind": "a", ".v.Typed": "iifb", ".v.Fail": "s", ".v.Count": "", ".p.Scale": "i", "$.pp.Scale": "i",
	".box.Hello": "", ".box.Plus": "ii*", ".box.Fails": "s", ".box.Bursts": "", ".box.Self.Plus": "i", "$.box.Echo": "a", ".box.Sized": "is",
	".box.Later": "i", ".box.Inner.Scale": "i", "$.bp.Grow": "i", ".box.Grow": "i", "$.bp.Hello": "", ".bp.In.Scale": "i", ".np.Scale": "i",
	".m.a": "", ".n.x": "", ".absent.M": "a", "$.box.Any": "", ".box.Fn": "ss", ".box.In.X": "", "(index .lp 0).Scale": "i", "(.box).Plus": "i",
	".tm.Day": "", ".tm.Add": "i", ".tm.Format": "L", ".dur.Hours": "", ".dur.Round": "i", ".dur.String": "", ".tm.Month.String": "", ".err.Error": "",
	".box.Err.Error": "", ".note.Error": "", ".note.Text": "", "$.bp.Ptr.Scale": "i", ".tmp.String": "", ".tmp.Degrees": "",
}

var methodNames = sorted(methods)

// signatures are the kinds of argument that each function wants: i(nt), s(tring), a(ny), l(ist),
// m(ap), f(loat), b(ool), n(umber), c(omplex), p(ointer), e(rror), t(o string), g (function), q (its
// name), D(efinition), T(emplate text), F(ormat), L(ayout); * repeats the one before.
var signatures = map[string]string{
	"upper": "s", "add": "ii", "sum": "ii*", "joined": "ss*", "same": "a", "count": "a*",
	"typeOf": "a", "nothing": "", "three": "", "point": "", "asInt64": "i", "asUint8": "i",
	"asUint": "i", "asFloat": "n", "asBool": "b", "asMap": "m", "asList": "l", "asStrs": "l",
	"asComplex": "c", "asInt16": "i", "asPoint": "p", "asErr": "e", "shown": "t", "oneOf": "O", "give": "q", "maybe": "b",
	"panics": "s", "bursts": "s", "nilMap": "", "nilList": "",
	"duration": "i", "fail": "s", "include": "Da", "tpl": "Ta",
	"and": "aa*", "or": "aa*", "not": "a", "eq": "nna*", "ne": "nn", "lt": "nn", "le": "nn",
	"gt": "nn", "ge": "nn", "index": "lk*", "slice": "li*", "len": "l", "print": "a*",
	"printf": "Fa*", "println": "a*", "html": "a*", "js": "a*", "urlquery": "a*", "call": "ga*",
}

var names = sorted(signatures)

// sorted gives the keys in order, so that a seed always gives the same case.
func sorted(m map[string]string) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// call is a function with arguments, of which the last `given` come by pipe.
func (g *generator) call(given int) string {
	name := g.one(names...)
	if !g.wild && g.chance(60) {
		name = g.one("and", "or", "not", "print", "printf", "same", "typeOf", "count", "html", "add", "upper", "index", "include", "tpl", "eq", "lt", "slice", "len", "call", "print", "printf")
	}
	if (g.level == 1 || !g.known && !g.wild) && (name == "include" || name == "tpl") {
		name = "same"
	}
	return g.apply(name, signatures[name], given)
}

func (g *generator) method(given int) string {
	name := g.one(methodNames...)
	return g.apply(name, methods[name], given)
}

func (g *generator) apply(name, want string, given int) string {
	g.depth++
	defer func() { g.depth-- }()
	var kinds []byte
	for i := range len(want) {
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
	if name == "call" && given == 0 && !g.wild && g.chance(80) {
		return g.value()
	}
	for _, kind := range kinds {
		parts = append(parts, g.argument(kind))
	}
	return strings.Join(parts, g.one(" ", " ", " ", " ", "  ", "\n", "\t"))
}

// value is the call of a function value with arguments that mostly suit it.
func (g *generator) value() string {
	name := g.one("join", "cat", "tally", "zero", "err", "boom", "burst", "tiny", "any", "unset", "count", "big", "none", "pair", "trio", "maker", "nil")
	want := map[string]string{"join": "ss", "cat": "s*", "tally": "is*", "tiny": "i", "any": "a", "unset": "p", "count": "m", "big": "ifb"}[name]
	parts := []string{"call", g.one(".f."+name, "$.f."+name, "(give \""+name+"\")", "(index $.f \""+name+"\")", ".box.Fn")}
	for i := range len(want) {
		if want[i] == '*' {
			for g.chance(40) {
				parts = append(parts, g.argument(want[i-1]))
			}
		} else if !g.chance(4) {
			parts = append(parts, g.argument(want[i]))
		}
	}
	return strings.Join(parts, " ")
}

func (g *generator) operand() string {
	if !g.wild {
		return g.tame()
	}
	switch n := g.rand.IntN(100); {
	case n < 45:
		return g.path()
	case n < 55:
		if len(g.vars) > 0 {
			return g.one(g.vars...) + g.one("", "", "", ".k", ".name", ".a.b", ".x.y", ".Count")
		}
		return g.one("$", "$.s", "$.a.b.c", "$.n.x", "$.l", "$.v.Count")
	case n < 62:
		return "."
	case n < 78:
		return g.constant()
	case n < 80:
		return "nil"
	case n < 84:
		return g.one("three", "nothing", "point.X", "point.Nope", "three.x", "nothing.x", "print", "len", "nilMap", "nilMap.x", "nilList", "oneOf", "point.Scale", "and", "or", "not", "call", "index")
	case n < 86:
		return g.junk()
	}
	return g.parenthesised(".k", ".a.b", ".X", ".name", ".Count", ".c", ".In", ".Any.x", ". x", ".1")
}

// tame is an operand that seldom fails.
func (g *generator) tame() string {
	switch n := g.rand.IntN(100); {
	case n < 50:
		return g.tamePath()
	case n < 62 && len(g.vars) > 0:
		return g.one(g.vars...)
	case n < 70:
		if !g.inner {
			return g.tamePath()
		}
		return "."
	case n < 85:
		return g.tameConstant()
	case n < 88 || g.depth > 6:
		return g.one("three", "nothing", "point.X", "nilMap", "nilList")
	}
	return g.parenthesised("")
}

func (g *generator) parenthesised(fields ...string) string {
	if g.depth > 6 {
		return ".s"
	}
	g.depth++
	defer func() { g.depth-- }()
	s := "(" + g.one("", "", " ") + g.pipeline() + g.one("", "", " ") + ")"
	if g.chance(30) {
		s += g.one(fields...)
	}
	return s
}

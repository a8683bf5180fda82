package main

// argument is an operand of a kind that a function wants: see signatures.
func (g *generator) argument(kind byte) string {
	operand := g.suitable(kind)
	if g.inner && !g.wild && len(operand) > 1 && operand[0] == '.' && operand[1] > '9' && !g.chance(15) {
		return "$" + operand
	}
	return operand
}

func (g *generator) suitable(kind byte) string {
	if g.wild && g.chance(12) {
		return g.operand()
	}
	if g.chance(15) && g.depth < 7 {
		return "(" + g.pipeline() + ")"
	}
	switch kind {
	case 'i':
		return g.one("1", "0", "2", "-1", ".i", ".three", ".zero", "0x10", "'a'", "1e1", ".i64", "(three)", "three", "1_0", "0b11", ".u", ".u8", ".dur", "3+0i", "$.i8", "300", "(len .s)")
	case 's':
		return g.one(`"str"`, "`raw`", ".s", ".e", `"a\tb"`, ".uni", `"\u00e9\x41"`, ".html", ".a.b.c", `"k"`, `"key"`, "$.s", ".box.Label", "(print 1)")
	case 'l':
		return g.one(".l", ".ls", ".li", ".el", ".m", ".s", ".by", ".ll", ".n", ".ms", ".absent", ".lm", ".slack", ".nl", ".nls", ".nm", ".awk", ".box.Strs", ".box.M", ".np", ".c", ".uni", ".bad", ".f", ".points", "$.l", "$.lm")
	case 'k':
		return g.one("0", "1", "2", "3", `"a"`, `"x"`, ".three", ".u8", ".i8", "'\\x01'", "-1", ".n", "nil", `""`, `"a.b"`, "1.0", "(len .l)", ".dur", "1e0", "`é`", ".s")
	case 'm':
		return g.one(".m", ".em", ".v", ".ms", ".n", ".a.b", "nil", ".nm", ".nms", "nilMap", ".f")
	case 'f':
		return g.one("1.5", ".d", ".big", "1e3", "2", "0x1p-2", "1+0i")
	case 'c':
		return g.one("1i", "1+2i", ".c", "3", "1.5", "0i", ".i", "-2.5-1e3i")
	case 'n':
		return g.one("1", ".i", ".d", "1.5", ".s", `"hello"`, ".u", "7", ".big", "1000000.0", ".n", ".absent", ".t", "true", ".dur", ".u64", ".l", ".m", "'*'", ".p", "nil",
			".c", "1i", "1+2i", ".nm", ".nl", ".np", ".fn", ".f.nil", ".err", ".tm", ".pp", ".i8", ".i16", ".u16", ".u32", ".neg", ".by", ".v", ".tmp", ".box.Any", ".box.N", ".box.U", ".box.D", ".tm.Month", ".tm.Weekday", "6", ".point", ".box.Ptr", ".nn", ".nls", ".bp.In", ".seq", ".same1", ".same2")
	case 'b':
		return g.one("true", "false", ".t", ".no", "(not .e)")
	case 'p':
		return g.one(".pp", ".np", "nil", ".p", ".n", ".box.Ptr", ".bp.Ptr", ".bp")
	case 'e':
		return g.one(".err", ".note", ".box.Err", "nil", ".nn", ".s", ".n", ".box.Err")
	case 't':
		return g.one(".tmp", ".tm", ".dur", ".tm.Month", ".s", "nil", ".err")
	case 'g':
		return g.one(".fn", ".f.cat", ".f.tally", ".f.zero", ".f.any", "$.f.join", "(give \"cat\")", ".s", "nil", ".n", ".box.Fn", ".box.Hello", "three", "(.f.maker)", ".f.nil", "(call .f.maker)")
	case 'q':
		return g.one(`"join"`, `"cat"`, `"zero"`, `"nil"`, `"absent"`, `"seq"`)
	case 'O':
		return g.one("0", "1", "2", "3", "4", "5", "6")
	case 'D':
		return quote(g.one(append([]string{"absent"}, definitions[:min(g.level, 4)-1]...)...))
	case 'T':
		return g.one(`"<{{ . }}>"`, "`{{ .s }}`", `"plain"`, "`{{ define \"d1\" }}over{{ end }}{{ template \"d1\" . }}`", "`{{ .s.x }}`", "`{{ bad }}`", "`{{`", "``",
			"`{{ range . }}{{ . }},{{ end }}`", "`{{ if }}`", "`{{ $x := 1 }}{{ $x }}{{ $ }}`", "`{{ include \"absent\" . }}`", "`{{ fail \"x\" }}`", ".html", "`{{ block \"b1\" . }}x{{ end }}`")
	case 'F':
		return g.one(`"%v"`, `"%d-%s"`, `"%q"`, `"%5.1f|"`, `"%T"`, `"%x"`, `"%t%%"`, `"%s %s %s"`, `"%!"`, `"%+v"`, `"%05d"`, `"%-8s|"`, `"%c%U"`, `"%e"`, `"%[2]v %[1]v"`, `"%*d"`, `"%#v"`, `"%+q"`, `"% x"`, `"%o"`, `"%08.3f"`, `"%g"`, `"%s"`, `"%d"`)
	case 'L':
		return g.one(`"2006-01-02"`, `"15:04:05.000 MST"`, `"Jan _2"`, ".s", "`Monday`")
	}
	return g.operand()
}

// path is any path into the data, right or wrong.
func (g *generator) path() string {
	return g.one(".s", ".i", ".d", ".t", ".no", ".e", ".l", ".m", ".ms", ".n", ".a.b.c", ".a.b", ".a.b.n", ".absent",
		".absent.x", ".v.key", ".v.sub.deep", ".v.Count", ".p.X", ".p.Name", ".p", ".tmp", ".big", ".u8", ".by", ".dur",
		".li", ".ls", ".uni", ".html", ".m.a", ".m.absent", ".v", ".s.x", ".n.x", ".i.y", ".l.z", ".a.b.n.q", ".p.Any",
		".p.Nope", ".p.Scale", ".v.Get", ".v.n", ".v.sub.Count", ".k", ".name", ".x", ".name.z", ".ok",
		".c", ".c.x", ".fn", ".fn.x", ".f.join", ".f.nil", ".f.nil.x", ".err", ".err.Error", ".err.x", ".note", ".note.Text", ".nn", ".nn.Text", ".nm", ".nm.x", ".nms.x", ".nl", ".nl.x",
		".np", ".np.X", ".np.Nope", ".np.Scale", ".tm", ".tm.Day", ".tm.x", ".tm.wall", ".tm.Month", ".seq", ".bad", ".slack", ".awk", ".points", ".box", ".box.Label", ".box.Any", ".box.Any.x",
		".box.Err.x", ".box.Fn", ".box.Fn.x", ".box.In", ".box.In.X", ".box.In.Any.x", ".box.Ptr", ".box.Ptr.X", ".box.Ptr.Nope", ".box.Strs", ".box.M.one", ".box.M.two", ".box.M.one.x", ".box.D", ".box.D.Hours", ".box.hidden", ".box.Hidden",
		".box.Self.Label", ".box.Self.Self.N", ".box.Inner", ".box.Inner.X", ".bp", ".bp.Label", ".bp.In.Name", ".bp.hidden", ".bp.Grow", ".bp.Any.x", ".pp", ".pp.X", ".pp.Any", ".pp.Any.x", ".pp.Nope", ".dur.Hours", ".dur.Nope",
		"$.box.Plus", ".box.Fails", ".box.Bursts", ".é", ".awk.é", ".ms.x", ".ms.x.y", ".ms.absent", ".ms.absent.x", ".li.x", ".tmp.Degrees", ".tmp.x", ".lp", ".i64", ".u64", ".i16", ".u16", ".u32", ".neg")
}

// tamePath is one that exists.
func (g *generator) tamePath() string {
	path := g.somePath()
	if g.inner && path[0] == '.' && !g.chance(15) {
		return "$" + path
	}
	return path
}

func (g *generator) somePath() string {
	return g.one(".s", ".i", ".d", ".t", ".no", ".e", ".l", ".m", ".ms", ".n", ".a.b.c", ".a.b", ".a.b.n", ".absent",
		"$.absent.x", "$.v.key", "$.v.sub.deep", "$.v.Count", "$.p.X", "$.p", "$.tmp", "$.big", ".by", ".dur", "$.l",
		".li", ".ls", ".uni", ".html", "$.m.a", "$.v", "$.s", "$.i", "$.lm", "$.t", "$.e", "$.c", "$.err", "$.nm", "$.nl", "$.np", "$.tm", "$.tm.Day", "$.bad", "$.slack", "$.awk",
		"$.box.Label", "$.box.In", "$.box.In.X", "$.box.Any", "$.box.Strs", "$.box.D", "$.bp.Ptr.X", "$.pp", "$.pp.Name", "$.note", "$.box.Hello", "$.bp.N", "$.u8", "$.i16", "$.nn", "$.points")
}

func (g *generator) constant() string {
	return g.one("1", "-2", "1.5", `"lit"`, "true", "false", "'x'", "1e3", "0x1F", "0o17", "017", "`raw\nline`", "1e400",
		"9223372036854775808", "18446744073709551616", "-0", ".5", "1_000", `'\n'`, `"\""`, "0x1p4", "0xep1", "+3",
		"1i", "1+2i", "-1.5e3i", "1e3+0x1p4i", "0i", "1+0i", "+1-2i", "0x10i", "08i", "1_0i", "1+2", "1+i", "1e2-3", "i", "0x_1.e_0p+0_2", "0b_1_0", "0B12", "08", "09.5", "0_7", "1__0", "_1", "1_",
		"0x", "0xg", "1e", "1e+", "0x1p", "0x1.8", ".", "..5", "5.", "1.5.2", "0x1.8p1", "1e-400", "-9223372036854775808", "-9223372036854775809", "9223372036854775807", "1e19", "18446744073709551615", "1.0", "100e-2",
		`'\u00e9'`, `'\''`, `'\\'`, `'\x41'`, `'\101'`, `'\U0001F600'`, "'ab'", "''", `'\q'`, `'"'`, "'é'", `'\ud800'`, `'\400'`, "'\xff'", "'",
		`"\q"`, `"\u12"`, `"\xff"`, `"\400"`, `"\ud800"`, `"a\nb"`, `"\'"`, "\"tab\t\"", "\"new\nline\"", `"\U00110000"`, "`a\rb`", `"é\377"`, `""`, "``", "\"\xc3\"", `"{{"`, `"}}"`, "`}}`", "'}'", "nil", "nil.x", "true.x", "1.x", `"s".x`, "'x'.y", "1.5.x", "0x1F.p")
}

func (g *generator) tameConstant() string {
	return g.one("1", "-2", "1.5", `"lit"`, "true", "false", "'x'", "1e3", "`raw`", "0x1F", "1i", "1+2i", "`two\nlines`", `"\u00e9\n"`, `'\u00e9'`, "0x1.8p1", "1_000", "0b101", "0o17", "-0.0", `"}}"`, "1e1", "0i", "2.50")
}

// junk is no operand at all.
func (g *generator) junk() string {
	return g.one("$undefined", "unknown", "..", ".x.", "$.", "\"open", "'ab'", "3a", "(", ")", "1.2.3", "#", ",", "::", "-", "()", ":=", "=", "==", "$x$y", "$1", ".1x", "@", "\\", "a-b", ".a-b", "$a-b", "((", "))", "|", "||", "!",
		"£", "\u00a0", "\xff", "\x01", "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "& ", "%d", "*/", "/*", "٣", "x٣", "$.s.", ".(s)", "(.s)(.i)", ".s.(i)", "..s", ".s..x", "`open", "~", "^", "{", "}", "[0]", "{{", "+", "+.5", "-.5.x", "1+2i.x", "/", "nil nil", "dot")
}

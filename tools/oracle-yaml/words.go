package main

import "strings"

// words are scalars that a YAML library may trip over, by what they look like.
var words = strings.Fields(`
	yes no on off y n Y N true false True FALSE null ~ Null NULL tRue nULL NO oN Off OFF yES
	0 -0 +0 1 -1 +1 00 000 007 0755 08 09 0o755 0O17 0o8 0_7 0_ 0x1F 0X1f 0xZZ 0x_1F 0x1_0 0x - 0b101 0B11 -0b11 0b-1 0b
	+ . .. ... --- -- 1_000 1__0 _1 1_ 1,000 1.5 1. .5 +.5 -.5 5_5 .5_5 0.0 -0.0 1.0 1.10 1.2.3 1.5e3.2
	1e3 1E3 1e+3 1e-3 1e400 -1e400 1e 1e+ e1 .e1 1.e1 1e0 0e0 1e5x 1e21
	.inf .Inf .INF +.inf -.inf -.Inf .nan .NaN .NAN +.nan Inf NaN inf nan
	12:30 12:30:45 1:2 1:60 190:20:30 190:20:30.15 1_2:30
	2001-12-14 2001-1-1 2001-12-14T21:59:43.10-05:00 2001-12-14t21:59:43Z 2001-12-14T21:59:43,5Z 2001-13-14 2001-02-29
	2000-02-29 2001-12-14T25:00:00Z 20011-01-01 201-01-01 2001-12-14_x
	9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615
	18446744073709551616 123456789012345678901234567890 0777777777777777777777777 0xffffffffffffffff
	<< = ! & * @ % %a @a !a a:b a: :a a#b #a a? ?a a,b [a a] {a} a{ }a 'a 'a' a'b "a" a"b a\b a|b |a >a <a >=1 a&b
	é ü 日本 日本語 😀 a😀 ½ Ⅷ İ ﬀ 10Mi 100m v1.2.3 10.0.0.1 /a/b http://a:80 a=b a-b a_b -a -1a .a +a 1a 0a app name`)

// texts are scalars with spaces, line ends and what a font cannot show.
var texts = []string{
	"", " ", "a b", " a", "a ", "a  b", "a\tb", "\ta", "a\t", "a: b", "a #b", "a\nb", "a\n", "\na", "a\n\n", "\n", "\n\n",
	" a\nb", "a \nb", "a\n b", "a\n\nb\n", "a\r\nb", "a\rb", "\r", "a\u0085b", "a\u2028b", "a\u2029b", "\u2028", "\u00a0",
	"a\u00a0b", "\u0007", "\u001b[0m", "\u007f", "\u0080", "\ufffd", "\ufeff", "\ufeffab c", "`a", "a`", "`",
	strings.Repeat("x", 30), strings.Repeat("word ", 30), strings.TrimSpace(strings.Repeat("word ", 30)),
	strings.Repeat("x", 79) + " y z", strings.Repeat("x", 80) + " y z", strings.Repeat("x", 81) + "  y z",
	strings.Repeat("x", 100) + ": y " + strings.Repeat("z", 90) + " q", strings.Repeat("é", 79) + " y z",
	"'" + strings.Repeat("word ", 20) + "x", strings.Repeat("yes ", 30) + "no", "a: " + strings.Repeat("word ", 25),
	"2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10", "2001-12-14   21:59:43", "2001-12-14 ", "- a", "? a", ": a",
	"k: v\nk2: v2\n", "#!/bin/sh\nset -e\n  echo hi\n", "line with trailing space \nx", "\ttab start\nline", "a\n\tb",
	"{{ x }}", "{{ .Values.x }}-y", "%d items", "a%", "key with: colon", "\"quoted\" text", "back\\slash", "null ", "~ ",
	"0x1F ", "a\n\n\n", "\n\na\n\n", "  \n", " \n a", "a\n ", "😀\nb", "multi\nline é\n", strings.Repeat("x", 128),
	strings.Repeat("x", 129), strings.Repeat("k", 200), strings.Repeat("é", 65), "a\u0300", "first\nsecond: yes\n\tthird",
	"#", "# a\nb", "- a\n- b\n", "word word\n\n  indented\nword\n", "one\n\n\ntwo\n",
}

// alphabet is what random text is made of.
var alphabet = []rune("ab01 -:#\n\t'\"{}[],&*?|>%@`!=~.\\é😀yn_+e\u0085\r")

// inserts are what a mutation puts into a document.
var inserts = []string{
	":", "-", " ", "\n", "\t", "#", "'", "\"", "[", "]", "{", "}", ",", "&", "*", "!", "|", ">", "%", "?", "@", "`", "\\",
	"\r\n", "\r", "\u0085", "\u2028", "\ufeff", "\u007f", "\u0001", "😀", ": ", "- ", "\n\n", "\n  ", "&a ", "*a", "!!str ",
	"<<: *a\n", "---\n", "...\n", "? ", " # c\n", "\x00", "\xff", "\xc3", "\xe2\x28",
}

package sprig

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"strings"
	"time"

	"longshore/tools/oracle-go/internal/value"
)

// signatures name the functions to call, each with a letter per parameter: any, string, int, bool,
// map, list, float, version, regular expression, path, url, duration; a capital may come any number of
// times.
const signatures = `default aA|empty a|coalesce A|all A|any A|ternary aab|
trim s|trimall ss|trimAll ss|trimSuffix ss|trimPrefix ss|upper s|lower s|title s|untitle s|trunc is|substr iis|repeat is|
replace sss|indent is|nindent is|plural ssi|contains ss|hasPrefix ss|hasSuffix ss|quote A|squote A|cat A|toString a|toStrings a|
join sa|sortAlpha a|splitList ss|split ss|splitn sis|camelcase s|snakecase s|kebabcase s|swapcase s|initials s|nospace s|
wrap is|wrapWith iss|abbrev is|abbrevboth iis|
dict A|get ms|set msa|unset ms|hasKey ms|pluck sM|pick mS|omit mS|dig ssam|dig sam|deepCopy a|merge mM|mustMerge mM|
mergeOverwrite mM|mustMergeOverwrite mM|
list A|append la|push la|prepend la|first l|last l|rest l|initial l|reverse l|compact l|uniq l|has al|without lA|slice lI|concat L|chunk il|
mustFirst a|mustLast a|mustHas aa|mustUniq a|mustChunk ia|
typeOf a|typeIs sa|typeIsLike sa|kindOf a|kindIs sa|deepEqual aa|
int a|int64 a|float64 a|atoi s|toDecimal a|add1 a|add A|sub aa|mul aA|div aa|mod aa|max aA|min aA|biggest aA|until i|untilStep iii|seq I|
maxf aA|minf aA|floor a|ceil a|round ai|round aif|addf A|add1f a|subf aA|mulf aA|divf aA|
b64enc s|b64dec s|b32enc s|b32dec s|sha1sum s|sha256sum s|sha512sum s|adler32sum s|
toJson a|mustToJson a|toRawJson a|toPrettyJson a|fromJson j|fromJsonArray j|mustFromJson j|
toYaml a|toYamlPretty a|toToml a|toToml t|toYaml t|toYamlPretty t|toPrettyJson t|fromYaml j|fromYamlArray j|
semver v|semverCompare cv|base p|dir p|clean p|ext p|isAbs p|osBase p|osDir p|osClean p|osExt p|osIsAbs p|
regexMatch rs|regexFind rs|regexFindAll rsi|regexReplaceAll rss|regexReplaceAllLiteral rss|regexSplit rsi|regexQuoteMeta s|mustRegexMatch rs|
urlParse u|duration a|durationRound a|duration d|durationRound d`

var texts = []string{"", "a", "hello", "Hello World", "foo_bar-baz", "HTTPServer2xx", "  pad  ", "a,b,,c", "été Éa", "日本語", "x\ny\n", "\t tab", "10",
	"-3", "08", "0x1f", "1.50", "3.0", "true", "aGk=", "NBUQ====", "a=b", "$1", "${1}x", "it's", "\"q\"", "\xff\xfe", "ǆx ß", "a.b.c", "<a>&", "_", "-", "__a__", "null",
	"Bld4Floor3rd", "GO_PATH", "http2xx", "aaa", "The quick brown fox jumps", "averyverylongwordwithoutspaces x", "some words", "\u00a0x\u2003"}

var documents = []string{`{"a":1,"b":[1,2.5,"x"],"c":null}`, `[1,{"a":true},null]`, `null`, `"x"`, `1e3`, `{`, `[1,]`, `{"a":}`, `{a:1}`, `tru`, `01`, `1.`, `-`,
	`"\u00e9\ud83d\ude00\ud800"`, `"a`, `{"a":1}x`, `[1 2]`, `{"a" 1}`, `1e999`, ``, ` `, `{"a":1,"a":2}`, "\"\x01\"", `"\q"`, `"\u12x"`, `{"a":1,}`, `[`, `nul`, `1e`, `12345678901234567890`,
	`{"x":{"y":[{}]}}`, `false`, `'x'`, "a: 1\nb:\n- x\n", "- 1\n- a", "a: b: c", "x"}

var versions = []string{"1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3-alpha.beta+b.1", "v1.21.5-gke.100", "", "x", "1.2.3.4", "01.2.3", "1.2.3-01", "2.0.0", "0.1.0",
	"1.0.0-rc.1", "10.20.30", "1.2.3+meta", " 1.2.3", "99999999999999999999.0.0", "1.2.x", "0.0.0", "3.4.5-beta", "1.2-5", "v1-alpha"}

var constraints = []string{"1.2.3", "=1.2.3", "!=1.2.3", ">1.2", ">=1.2.3", "<2", "<=1.2.x", "^1.2.3", "^0.2", "^0.0.3", "^0", "~1.2.3", "~1.2", "~1", "1.2.x", "1.x", "*", "x", "",
	">=1.0, <2.0", ">=1.0 <2.0", "1.2 - 1.4.5", "^1.0 || ^2.0", ">=1.21-0", ">= 1.21.0-0", "~>1.2.0", "=>1.0", "=<2.0", ">1.2.3-alpha", "<1.2.3-beta.2", "garbage", "> 1", "1.2.3 || ", ">=1.x.x",
	"^1.2.3-alpha", "~1.2.3-beta", "!=1.2.x", "<=1", ">x", "<*", "^*", "1.2.3-01", "v1.2", ">=v1.2.3", "1 - 2", "2.x - 3.x", ">=0.0.0-0", "^0.0", "^0.0.0", "~0", "!=1", ">1.x", "<1.2.x", "< 1.2.3 > 1.0", "=1.2", "==1"}

var patterns = []string{"a+", "(a)(b)?", "^h", "[a-z]+", `\d+`, `\w+`, `(?i)HELLO`, "a|b", "x*", "", "(", "[", "a**", `\p{L}+`, `[[:alpha:]]`, `(?P<n>o)`, `.`, `\s`, `\bfoo`, "o$", `\Qa.b\E`, `(?s).`, `a{2,3}`, `a{1001}`, `\x41`, `[^a]`,
	`(?m)^.`, `\C`, `x{,5}`, `[a&&b]`, "é", `\z`, `(a*)*`, `\pN`, `(l+)`, `o`, ","}

var paths = []string{"", "/", "a", "a/b", "/a/b/", "../a", "a//b/../c", ".", "a/b.txt", "a.tar.gz", "/..", "a/./b", ".hidden", "//x", "a/", "b.d/c"}

var urls = []string{"http://u:p@h.com:80/a/b?q=1#f", "https://h", "mailto:a@b", "/p?q", "//h/p", "", "http://[::1]:80/", "a b", "http://h/%41%zz", ":x", "http://h:x", "http://u@h", "x:y:z", "http://h/a%2fb?x=%20#%41", "ftp://h/ü"}

var durations = []string{"1h", "90s", "2h10m5s", "1.5h", "-3m", "x", "", "1d", "95", "800h", "9000h", "60s", "1s", "100ms"}

func anything(r *rand.Rand) any {
	switch r.Intn(14) {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2, 3:
		return texts[r.Intn(len(texts))]
	case 4:
		return r.Intn(7) - 2
	case 5:
		return int64(r.Intn(2000) - 1000)
	case 6:
		return []float64{0, 1, 1.5, -2.5, 1e6, 0.1, 3.14159, 1e21, math.NaN(), math.Inf(1), -0.5, 2.5}[r.Intn(12)]
	case 7:
		return time.Duration(r.Intn(100000)) * time.Millisecond
	case 8:
		return []byte(texts[r.Intn(len(texts))])
	case 9, 10:
		return someList(r)
	case 11:
		return someMap(r)
	case 12:
		return []string{"b", "a", "b"}[:r.Intn(4)]
	default:
		return value.Scalar(r)
	}
}

func someList(r *rand.Rand) any {
	out := []any{}
	for range r.Intn(5) {
		out = append(out, []any{1, 2, "a", "b", "", nil, 1.5, true, int64(1), 0}[r.Intn(10)])
	}
	if r.Intn(6) == 0 {
		out = append(out, someMap(r))
	}
	return out
}

func someMap(r *rand.Rand) map[string]any {
	out := map[string]any{}
	for range r.Intn(4) {
		key := []string{"a", "hello", "b", "foo"}[r.Intn(4)]
		switch r.Intn(9) {
		case 0:
			out[key] = map[string]any{"a": 1, "x": []any{1}}
		case 1:
			out[key] = map[string]any{"b": "", "hello": "h"}
		case 2:
			out[key] = []any{"l"}
		case 3:
			out[key] = []any{}
		default:
			out[key] = []any{nil, 0, "", "text", false, 1.5, true, 7}[r.Intn(8)]
		}
	}
	return out
}

// tree is a map with maps and lists in it, as a configuration file has.
func tree(r *rand.Rand, depth int) map[string]any {
	out := map[string]any{}
	for range r.Intn(4) {
		key := []string{"a", "b", "a.b", "é", "", "long-key_1", "z"}[r.Intn(7)]
		switch {
		case depth > 0 && r.Intn(3) == 0:
			out[key] = tree(r, depth-1)
		case depth > 0 && r.Intn(4) == 0:
			items := []any{}
			for range r.Intn(3) {
				items = append(items, tree(r, depth-1))
			}
			if r.Intn(4) == 0 {
				items = append(items, anything(r))
			}
			out[key] = items
		default:
			out[key] = anything(r)
		}
	}
	return out
}

func argument(r *rand.Rand, kind rune) any {
	pick := func(from []string) any { return from[r.Intn(len(from))] }
	// Now and then something of the wrong type.
	if r.Intn(40) == 0 {
		return anything(r)
	}
	switch kind {
	case 's':
		return pick(texts)
	case 'i':
		return r.Intn(14) - 3
	case 'b':
		return r.Intn(2) == 0
	case 'm':
		return someMap(r)
	case 'l':
		if r.Intn(5) == 0 {
			return anything(r)
		}
		return someList(r)
	case 'f':
		return []float64{0.5, 0.1, 0.9, 0}[r.Intn(4)]
	case 'j':
		return pick(documents)
	case 'v':
		return pick(versions)
	case 'c':
		return pick(constraints)
	case 'r':
		return pick(patterns)
	case 'p':
		return pick(paths)
	case 'u':
		return pick(urls)
	case 't':
		return tree(r, 3)
	case 'd':
		return pick(durations)
	default:
		return anything(r)
	}
}

// randomCall makes a template that calls a function and prints the result with its type, and the
// arguments, under the names that the template uses.
func randomCall(r *rand.Rand) (string, map[string]any) {
	rows := strings.Split(strings.ReplaceAll(signatures, "\n", ""), "|")
	for {
		name, params, _ := strings.Cut(rows[r.Intn(len(rows))], " ")
		args := map[string]any{}
		var call strings.Builder
		call.WriteString(name)
		add := func(kind rune) {
			key := fmt.Sprintf("v%d", len(args))
			args[key] = argument(r, kind)
			fmt.Fprintf(&call, " .%s", key)
		}
		for _, kind := range params {
			if kind >= 'A' && kind <= 'Z' {
				for range r.Intn(4) {
					add(kind + 'a' - 'A')
				}
				continue
			}
			add(kind)
		}
		if r.Intn(60) == 0 {
			add('a')
		}
		text := fmt.Sprintf(`{{ $r := %s }}{{ printf "%%T %%v" $r $r }} {{ toJson $r }}`, call.String())
		if strings.HasPrefix(name, "set") || strings.HasPrefix(name, "merge") || strings.HasPrefix(name, "unset") {
			text += ` {{ toJson .v0 }}`
		}
		return text, args
	}
}

func copyOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			out[key] = copyOf(item)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, copyOf(item))
		}
		return out
	case []string:
		// sortAlpha sorts it in place.
		return slices.Clone(v)
	default:
		return v
	}
}

// fixed is what templates of a file find in their dot.
func fixed() map[string]any {
	return map[string]any{
		"nil": nil, "i": 7, "i64": int64(-3), "f": 1.5, "big": 1e6, "s": "hello", "e": "", "t": true, "d": 90 * time.Second,
		"l": []any{"b", 1, nil, "a"}, "m": map[string]any{"k": "v"}, "bytes": []byte("hi"), "strings": []string{"y", "x"}, "ints": []int{3, 1},
		"deep": map[string]any{"a": map[string]any{"b": []any{1.0, "two"}}}, "el": []any{}, "em": map[string]any{},
	}
}

package main

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// functions are those that the tests of longshore-template have too, with the same signatures.
func functions(root *template.Template) template.FuncMap {
	return template.FuncMap{
		"upper":     strings.ToUpper,
		"add":       func(a, b int) int { return a + b },
		"sum":       func(start int, more ...int) int { return sum(start, more) },
		"joined":    func(sep string, items ...string) string { return strings.Join(items, sep) },
		"same":      func(v any) any { return v },
		"count":     func(items ...any) int { return len(items) },
		"typeOf":    func(v any) string { return fmt.Sprintf("%T", v) },
		"nothing":   func() any { return nil },
		"three":     func() int { return 3 },
		"point":     func() any { return Point{X: 1, Name: "p"} },
		"asInt64":   func(n int64) int64 { return n },
		"asUint8":   func(n uint8) uint8 { return n },
		"asUint":    func(n uint) uint { return n },
		"asFloat":   func(n float64) float64 { return n },
		"asBool":    func(b bool) bool { return b },
		"asMap":     func(m map[string]any) map[string]any { return m },
		"asList":    func(l []any) []any { return l },
		"asStrs":    func(l []string) []string { return l },
		"asComplex": func(c complex128) complex128 { return c },
		"asInt16":   func(n int16) int16 { return n },
		"asPoint":   func(p *Point) *Point { return p },
		"flat":      func(p Point) int { return p.X },
		"asErr":     func(err error) string { return "error " + err.Error() },
		"shown":     func(s fmt.Stringer) string { return "string " + s.String() },
		"oneOf":     func(n int) any { return []any{nil, 1, "s", 2.5, true, Values{"k": "v"}}[n] },
		"give":      func(name string) any { return values[name] },
		"maybe":     func(ok bool) (string, error) { return "value", map[bool]error{false: errors.New("not this time")}[ok] },
		"panics":    func(why string) string { panic(why) },
		"bursts":    func(why string) string { panic(errors.New(why)) },
		"nilMap":    func() map[string]any { return nil },
		"nilList":   func() []string { return nil },
		"duration":  func(d time.Duration) time.Duration { return d },
		"fail":      func(why string) (string, error) { return "", errors.New(why) },
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := root.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"tpl": func(text string, data any) (string, error) { return tpl(root, text, data) },
	}
}

// tpl is what Helm's function of that name does.
func tpl(parent *template.Template, text string, data any) (string, error) {
	t, err := parent.Clone()
	if err != nil {
		return "", fmt.Errorf("cannot clone template: %w", err)
	}
	t.Funcs(functions(t))
	t, err = t.New(parent.Name()).Parse(text)
	if err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", text, err)
	}
	var out strings.Builder
	if err := t.Execute(&out, data); err != nil {
		return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
	}
	return out.String(), nil
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
)

// functions are those that the tests of longshore-template have too, with the same signatures.
func functions(root *template.Template) template.FuncMap {
	return template.FuncMap{
		"upper":   strings.ToUpper,
		"add":     func(a, b int) int { return a + b },
		"sum":     func(start int, more ...int) int { return sum(start, more) },
		"joined":  func(sep string, items ...string) string { return strings.Join(items, sep) },
		"same":    func(v any) any { return v },
		"count":   func(items ...any) int { return len(items) },
		"typeOf":  func(v any) string { return fmt.Sprintf("%T", v) },
		"nothing": func() any { return nil },
		"three":   func() int { return 3 },
		"point":   func() any { return Point{X: 1, Name: "p"} },
		"asInt64": func(n int64) int64 { return n },
		"asUint8": func(n uint8) uint8 { return n },
		"asUint":  func(n uint) uint { return n },
		"asFloat": func(n float64) float64 { return n },
		"asBool":  func(b bool) bool { return b },
		// Not nil, since longshore-go has no nil that has a type.
		"asMap":    func(m map[string]any) map[string]any { return orEmpty(m) },
		"asList":   func(l []any) []any { return slices.Clip(append([]any{}, l...)) },
		"asStrs":   func(l []string) []string { return slices.Clip(append([]string{}, l...)) },
		"duration": func(d time.Duration) time.Duration { return d },
		"fail":     func(why string) (string, error) { return "", errors.New(why) },
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := root.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"tpl": func(text string, data any) (string, error) { return tpl(root, text, data) },
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
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

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

var datasets map[string]json.RawMessage

func loadDatasets(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	if err := json.Unmarshal(text, &datasets); err != nil {
		fail(err)
	}
}

func caseData(c *Case) any {
	raw := c.Data
	if raw == nil {
		name := c.Dataset
		if name == "" {
			name = "std"
		}
		raw = datasets[name]
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		fail(fmt.Errorf("%s: %w", c.Name, err))
	}
	return value(v)
}

// Values is a named map with methods, as Helm's values and files are.
type Values map[string]any

func (v Values) Count() int                      { return len(v) }
func (v Values) Get(key string) any              { return v[key] }
func (v Values) Sum(start int, more ...int) int  { return sum(start, more) }
func (v Values) Fail(why string) (string, error) { return "", fmt.Errorf("failed: %s", why) }
func (v Values) Kind(x any) string               { return fmt.Sprintf("%T", x) }
func (v Values) Typed(n int64, u uint8, f float64, b bool) string {
	return fmt.Sprint(n, u, f, b)
}

// Point is a struct with fields and a method.
type Point struct {
	X    int
	Name string
	Any  any
}

func (p Point) Scale(n int) int { return p.X * n }

// Temp is a struct that prints by its String method.
type Temp struct{ Degrees float64 }

func (t Temp) String() string { return strconv.FormatFloat(t.Degrees, 'f', 1, 64) + "C" }

// value turns tagged JSON into Go values: {"$int": 5} is an int, a plain number a float64.
func value(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = value(x)
		}
		return list
	case map[string]any:
		if len(v) == 1 {
			for tag, x := range v {
				if tag[0] == '$' {
					return tagged(tag, x)
				}
			}
		}
		return object(v)
	}
	return v
}

func object(v map[string]any) map[string]any {
	m := make(map[string]any, len(v))
	for k, x := range v {
		m[k] = value(x)
	}
	return m
}

func tagged(tag string, x any) any {
	number := func() int64 {
		if s, ok := x.(string); ok {
			n, err := strconv.ParseInt(s, 10, 64)
			must(err)
			return n
		}
		return int64(x.(float64))
	}
	switch tag {
	case "$int":
		return int(number())
	case "$int8":
		return int8(number())
	case "$int32":
		return int32(number())
	case "$int64":
		return number()
	case "$uint":
		return uint(number())
	case "$uint8":
		return uint8(number())
	case "$uint64":
		n, err := strconv.ParseUint(x.(string), 10, 64)
		must(err)
		return n
	case "$duration":
		return time.Duration(number())
	case "$bytes":
		return slices.Clip([]byte(x.(string)))
	case "$strings":
		list := []string{}
		for _, s := range x.([]any) {
			list = append(list, s.(string))
		}
		return slices.Clip(list) // what is beyond the length shows in slice
	case "$ints":
		list := []int{}
		for _, n := range x.([]any) {
			list = append(list, int(n.(float64)))
		}
		return slices.Clip(list)
	case "$stringmap":
		m := map[string]string{}
		for k, s := range x.(map[string]any) {
			m[k] = s.(string)
		}
		return m
	case "$values":
		return Values(object(x.(map[string]any)))
	case "$point", "$pointer":
		m := x.(map[string]any)
		p := Point{X: int(m["X"].(float64)), Name: m["Name"].(string), Any: value(m["Any"])}
		if tag == "$pointer" {
			return &p
		}
		return p
	case "$temp":
		return Temp{x.(float64)}
	}
	fail(fmt.Errorf("unknown tag %s", tag))
	return nil
}

func sum(start int, more []int) int {
	for _, n := range more {
		start += n
	}
	return start
}

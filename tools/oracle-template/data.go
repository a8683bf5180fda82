package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"time"
)

var datasets map[string]json.RawMessage

// made are the datasets as values: templates do not write to them.
var made = map[string]any{}

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
	if c.Data != nil {
		return decoded(c.Data, c.Name)
	}
	name := c.Dataset
	if name == "" {
		name = "std"
	}
	if _, ok := made[name]; !ok {
		made[name] = decoded(datasets[name], name)
	}
	return made[name]
}

func decoded(raw json.RawMessage, name string) any {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		fail(fmt.Errorf("%s: %w", name, err))
	}
	return value(v)
}

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
	case "$int16":
		return int16(number())
	case "$int32":
		return int32(number())
	case "$int64":
		return number()
	case "$uint":
		return uint(number())
	case "$uint8":
		return uint8(number())
	case "$uint16":
		return uint16(number())
	case "$uint32":
		return uint32(number())
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
	case "$box", "$boxpointer":
		return box(x.(map[string]any), tag == "$boxpointer")
	case "$complex":
		parts := x.([]any)
		return complex(parts[0].(float64), parts[1].(float64))
	case "$func":
		return values[x.(string)]
	case "$error":
		return errors.New(x.(string))
	case "$note":
		return &Note{x.(string)}
	case "$time":
		t, err := time.Parse(time.RFC3339Nano, x.(string))
		must(err)
		return t
	case "$hex":
		bytes, err := hex.DecodeString(x.(string))
		must(err)
		return string(bytes)
	case "$nil":
		return nils[x.(string)]
	case "$slack": // a slice with items between its length and its capacity
		m := x.(map[string]any)
		list := tagged(m["as"].(string), m["items"])
		return reflect.ValueOf(list).Slice(0, int(m["len"].(float64))).Interface()
	case "$any":
		list := []any{}
		for _, item := range x.([]any) {
			list = append(list, value(item))
		}
		return slices.Clip(list)
	case "$times":
		m := x.(map[string]any)
		list := make([]any, int(m["n"].(float64)))
		for i := range list {
			list[i] = value(m["item"])
		}
		return list
	}
	fail(fmt.Errorf("unknown tag %s", tag))
	return nil
}

// nils are the nils that have a type.
var nils = map[string]any{
	"map":     map[string]any(nil),
	"strmap":  map[string]string(nil),
	"list":    []any(nil),
	"strings": []string(nil),
	"point":   (*Point)(nil),
	"note":    (*Note)(nil),
}

// box sets what is given and fills the rest.
func box(m map[string]any, pointer bool) any {
	b := Box{
		Label: m["Label"].(string), N: 3, U: 7, F: 2.5, Any: value(m["Any"]), Fn: values["join"].(func(string, string) string),
		In: Point{X: 1, Name: "inner"}, Strs: []string{"s1", "s2"}, M: map[string]int{"one": 1}, D: 5, hidden: 4,
	}
	if text, ok := m["Err"].(string); ok {
		b.Err = errors.New(text)
	}
	if ptr, ok := value(m["Ptr"]).(*Point); ok {
		b.Ptr = ptr
	}
	if pointer {
		return &b
	}
	return b
}

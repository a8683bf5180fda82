// Package value writes Go values with their types as JSON, so that a test in another language can
// build the same values: null, true and "text" stand for themselves, everything else is
// {"t": type, "v": ...} with numbers as text and bytes as hexadecimal digits.
package value

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

type typed struct {
	T string `json:"t"`
	V any    `json:"v"`
}

// Encode gives what encoding/json can write.
func Encode(v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return Text(v)
	case []byte:
		return typed{"[]byte", hex.EncodeToString(v)}
	case float64:
		return typed{"float64", strconv.FormatFloat(v, 'g', -1, 64)}
	case time.Duration:
		return typed{"time.Duration", strconv.FormatInt(int64(v), 10)}
	case []any:
		return typed{"[]interface {}", encodeAll(v)}
	case []string:
		return typed{"[]string", encodeAll(v)}
	case []int:
		return typed{"[]int", encodeAll(v)}
	case []map[string]any:
		return typed{"[]map[string]interface {}", encodeAll(v)}
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			out[key] = Encode(item)
		}
		return typed{"map[string]interface {}", out}
	case map[string]string:
		out := map[string]any{}
		for key, item := range v {
			out[key] = Encode(item)
		}
		return typed{"map[string]string", out}
	default:
		return typed{fmt.Sprintf("%T", v), fmt.Sprintf("%d", v)}
	}
}

func encodeAll[T any](items []T) []any {
	out := []any{}
	for _, item := range items {
		out = append(out, Encode(item))
	}
	return out
}

// Text writes a string, as hexadecimal digits if it is not UTF-8.
func Text(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return typed{"string", hex.EncodeToString([]byte(s))}
}

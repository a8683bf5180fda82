// Package value writes Go values with their types as JSON, so that a test in another language can
// build the same values: null, true and "text" stand for themselves, everything else is
// {"t": type, "v": ...} with numbers as text and bytes as hexadecimal digits.
package value

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
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
		return encodeText(v)
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

func encodeText(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return typed{"string", hex.EncodeToString([]byte(s))}
}

// marshal leaves `<`, `>` and `&` as they are.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// Text is a string that is written as hexadecimal digits if it is not UTF-8.
type Text string

// MarshalJSON writes it.
func (t Text) MarshalJSON() ([]byte, error) { return marshal(encodeText(string(t))) }

// UnmarshalJSON reads it.
func (t *Text) UnmarshalJSON(in []byte) error {
	decoded, err := decode(in)
	if err != nil {
		return err
	}
	s, ok := decoded.(string)
	if !ok {
		return fmt.Errorf("no text: %s", in)
	}
	*t = Text(s)
	return nil
}

// Value is a value that is written with its type.
type Value struct{ V any }

// MarshalJSON writes it.
func (v Value) MarshalJSON() ([]byte, error) { return marshal(Encode(v.V)) }

// UnmarshalJSON reads it.
func (v *Value) UnmarshalJSON(in []byte) (err error) {
	v.V, err = decode(in)
	return err
}

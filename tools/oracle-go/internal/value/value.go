// Package value writes Go values with their types as JSON, so that a test in another language can
// build the same values: null, true and "text" stand for themselves, everything else is
// {"t": type, "v": ...} with numbers as text, bytes as hexadecimal digits, a complex number as two
// numbers, and a nil slice, map, pointer or function as null. Structs are those of this package.
package value

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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
	case complex128:
		return typed{"complex128", []string{fmt.Sprint(real(v)), fmt.Sprint(imag(v))}}
	case time.Duration:
		return typed{"time.Duration", strconv.FormatInt(int64(v), 10)}
	case error:
		return typed{fmt.Sprintf("%T", v), encodeText(v.Error())}
	}
	return encodeParts(reflect.ValueOf(v))
}

func encodeParts(v reflect.Value) any {
	name := v.Type().String()
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Func:
		if v.IsNil() {
			return typed{name, nil}
		}
	}
	switch v.Kind() {
	case reflect.Slice:
		out := []any{}
		for _, item := range v.Seq2() {
			out = append(out, Encode(item.Interface()))
		}
		return typed{name, out}
	case reflect.Map:
		out := map[string]any{}
		for key, item := range v.Seq2() {
			out[key.String()] = Encode(item.Interface())
		}
		return typed{name, out}
	case reflect.Pointer:
		return typed{name, encodeParts(v.Elem()).(typed).V}
	case reflect.Struct:
		out := []any{}
		for _, part := range v.Fields() {
			out = append(out, Encode(part.Interface()))
		}
		return typed{name, out}
	case reflect.Func:
		return typed{name, true}
	}
	return typed{name, fmt.Sprintf("%d", v.Interface())}
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
	var decoded any
	if err := decode(in, reflect.ValueOf(&decoded).Elem()); err != nil {
		return err
	}
	s, ok := decoded.(string)
	if !ok {
		return errors.New("no text: " + string(in))
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
	return decode(in, reflect.ValueOf(&v.V).Elem())
}

// Again gives a value equal to this one that lies elsewhere in memory.
func (v Value) Again() Value {
	again = 1
	defer func() { again = 0 }()
	var other Value
	in, err := v.MarshalJSON()
	if err == nil {
		err = other.UnmarshalJSON(in)
	}
	if err != nil {
		panic(err)
	}
	return other
}

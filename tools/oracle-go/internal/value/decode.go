package value

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// decode reads what Encode wrote.
func decode(in []byte) (any, error) {
	if in[0] != '{' {
		var plain any
		err := json.Unmarshal(in, &plain)
		return plain, err
	}
	var typed struct {
		T string          `json:"t"`
		V json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(in, &typed); err != nil {
		return nil, err
	}
	switch typed.T {
	case "[]interface {}":
		return list[any](typed.V)
	case "[]string":
		return list[string](typed.V)
	case "[]int":
		return list[int](typed.V)
	case "[]map[string]interface {}":
		return list[map[string]any](typed.V)
	case "map[string]interface {}":
		return dictionary[any](typed.V)
	case "map[string]string":
		return dictionary[string](typed.V)
	}
	var text string
	if err := json.Unmarshal(typed.V, &text); err != nil {
		return nil, err
	}
	return scalar(typed.T, text)
}

func list[T any](in []byte) (any, error) {
	var items []Value
	if err := json.Unmarshal(in, &items); err != nil {
		return nil, err
	}
	out := []T{}
	for _, item := range items {
		// The zero value stands for nil.
		of, _ := item.V.(T)
		out = append(out, of)
	}
	return out, nil
}

func dictionary[T any](in []byte) (any, error) {
	var items map[string]Value
	if err := json.Unmarshal(in, &items); err != nil {
		return nil, err
	}
	out := map[string]T{}
	for key, item := range items {
		of, _ := item.V.(T)
		out[key] = of
	}
	return out, nil
}

func scalar(name, text string) (any, error) {
	signed := func(bits int) int64 {
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			panic(err)
		}
		return n
	}
	unsigned := func(bits int) uint64 {
		n, err := strconv.ParseUint(text, 10, bits)
		if err != nil {
			panic(err)
		}
		return n
	}
	switch name {
	case "string":
		b, err := hex.DecodeString(text)
		return string(b), err
	case "[]uint8", "[]byte":
		return hex.DecodeString(text)
	case "float64":
		return strconv.ParseFloat(text, 64)
	case "time.Duration":
		return time.Duration(signed(64)), nil
	case "int":
		return int(signed(64)), nil
	case "int8":
		return int8(signed(8)), nil
	case "int16":
		return int16(signed(16)), nil
	case "int32":
		return int32(signed(32)), nil
	case "int64":
		return signed(64), nil
	case "uint":
		return uint(unsigned(64)), nil
	case "uint8":
		return uint8(unsigned(8)), nil
	case "uint16":
		return uint16(unsigned(16)), nil
	case "uint32":
		return uint32(unsigned(32)), nil
	case "uint64":
		return unsigned(64), nil
	}
	return nil, fmt.Errorf("no recorded type: %s", name)
}

package value

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// decode reads what Encode wrote into a variable of some type.
func decode(in []byte, into reflect.Value) error {
	if in[0] != '{' {
		var plain any
		if err := json.Unmarshal(in, &plain); err != nil || plain == nil {
			return err
		}
		return assign(into, reflect.ValueOf(plain))
	}
	var typed struct {
		T string          `json:"t"`
		V json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(in, &typed); err != nil {
		return err
	}
	made, err := decodeTyped(typed.T, typed.V)
	if err != nil {
		return err
	}
	return assign(into, made)
}

func assign(into, made reflect.Value) error {
	if !made.Type().AssignableTo(into.Type()) {
		return fmt.Errorf("a %s where a %s belongs", made.Type(), into.Type())
	}
	into.Set(made)
	return nil
}

func decodeTyped(name string, in json.RawMessage) (reflect.Value, error) {
	none := reflect.Value{}
	switch name {
	case "string", "[]byte":
		var digits string
		if err := json.Unmarshal(in, &digits); err != nil {
			return none, err
		}
		decoded, err := hex.DecodeString(digits)
		if name == "string" {
			return reflect.ValueOf(string(decoded)), err
		}
		return reflect.ValueOf(decoded), err
	case "*errors.errorString":
		var text Text
		err := json.Unmarshal(in, &text)
		return reflect.ValueOf(errors.New(string(text))), err
	}
	of, err := typeOf(name)
	if err != nil {
		return none, err
	}
	made := reflect.New(of).Elem()
	if string(in) == "null" {
		return made, nil
	}
	return made, decodeInto(in, made)
}

// decodeInto reads the part that says no type of its own.
func decodeInto(in json.RawMessage, made reflect.Value) error {
	switch made.Kind() {
	case reflect.Slice, reflect.Struct:
		var items []json.RawMessage
		if err := json.Unmarshal(in, &items); err != nil {
			return err
		}
		if made.Kind() == reflect.Slice {
			made.Set(reflect.MakeSlice(made.Type(), len(items), len(items)))
		}
		for i, item := range items {
			part := made
			if made.Kind() == reflect.Slice {
				part = made.Index(i)
			} else {
				part = made.Field(i)
			}
			if err := decode(item, part); err != nil {
				return err
			}
		}
	case reflect.Map:
		var items map[string]json.RawMessage
		if err := json.Unmarshal(in, &items); err != nil {
			return err
		}
		made.Set(reflect.MakeMap(made.Type()))
		for key, item := range items {
			part := reflect.New(made.Type().Elem()).Elem()
			if err := decode(item, part); err != nil {
				return err
			}
			made.SetMapIndex(reflect.ValueOf(key), part)
		}
	case reflect.Pointer:
		made.Set(reflect.New(made.Type().Elem()))
		return decodeInto(in, made.Elem())
	case reflect.Func:
		made.Set(function(made.Type()))
	case reflect.Complex128:
		var parts [2]string
		if err := json.Unmarshal(in, &parts); err != nil {
			return err
		}
		re, err := strconv.ParseFloat(parts[0], 64)
		if err != nil {
			return err
		}
		im, err := strconv.ParseFloat(parts[1], 64)
		made.SetComplex(complex(re, im))
		return err
	default:
		var text string
		if err := json.Unmarshal(in, &text); err != nil {
			return err
		}
		return decodeNumber(text, made)
	}
	return nil
}

func decodeNumber(text string, made reflect.Value) (err error) {
	switch {
	case made.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, made.Type().Bits())
		made.SetInt(n)
	case made.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 10, made.Type().Bits())
		made.SetUint(n)
	case made.CanFloat():
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		made.SetFloat(f)
	default:
		err = fmt.Errorf("no number: %s", made.Type())
	}
	return err
}

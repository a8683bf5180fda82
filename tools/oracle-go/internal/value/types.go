package value

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Point is a struct without methods; fmt walks over it.
type Point struct {
	X     int
	Label string
	Any   any
}

// Named says what it is called.
type Named struct{ Text string }

func (n Named) String() string { return n.Text }

// Panics does not get to say what it is called.
type Panics struct{ Why string }

func (p Panics) String() string { panic(p.Why) }

// functions are those of each type; two, so that what depends on their addresses can be told.
var functions = [][2]any{
	{func() {}, func() {}},
	{func(s string) int { return len(s) }, func(s string) int { return cap([]byte(s)) }},
}

// again is 1 while a value is made a second time.
var again int

// function gives a function of the type, another one the second time.
func function(of reflect.Type) reflect.Value {
	for _, both := range functions {
		if reflect.TypeOf(both[0]) == of {
			return reflect.ValueOf(both[again])
		}
	}
	return reflect.Zero(of)
}

var named = map[string]reflect.Type{}

func init() {
	for _, of := range []any{false, "", 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0),
		0.0, 0i, time.Duration(0), time.March, time.Monday, Point{}, Named{}, Panics{}} {
		named[reflect.TypeOf(of).String()] = reflect.TypeOf(of)
	}
	named["interface {}"] = reflect.TypeFor[any]()
	named["error"] = reflect.TypeFor[error]()
	for _, both := range functions {
		named[reflect.TypeOf(both[0]).String()] = reflect.TypeOf(both[0])
	}
}

// typeOf gives the type of that name.
func typeOf(name string) (reflect.Type, error) {
	if of, ok := named[name]; ok {
		return of, nil
	}
	make := reflect.SliceOf
	rest, ok := strings.CutPrefix(name, "[]")
	if !ok {
		make = reflect.PointerTo
		rest, ok = strings.CutPrefix(name, "*")
	}
	if !ok {
		make = func(of reflect.Type) reflect.Type { return reflect.MapOf(named["string"], of) }
		rest, ok = strings.CutPrefix(name, "map[string]")
	}
	if !ok {
		return nil, fmt.Errorf("no recorded type: %s", name)
	}
	of, err := typeOf(rest)
	if err != nil {
		return nil, err
	}
	return make(of), nil
}

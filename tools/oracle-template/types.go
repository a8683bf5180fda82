package main

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

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

func sum(start int, more []int) int {
	for _, n := range more {
		start += n
	}
	return start
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

// Box has a field of every kind, and methods of a value and of a pointer.
type Box struct {
	Label string
	N     int
	U     uint8
	F     float64
	Any   any
	Err   error
	Fn    func(string, string) string
	In    Point
	Ptr   *Point
	Strs  []string
	M     map[string]int
	D     time.Duration

	hidden int
}

func (b Box) Hello() string                       { return "hello from " + b.Label }
func (b Box) Plus(n int, more ...int) int         { return sum(b.N+n, more) }
func (b Box) Fails(why string) (string, error)    { return "lost", errors.New(b.Label + " fails: " + why) }
func (b Box) Bursts() string                      { panic(b.Label + " bursts") }
func (b Box) Self() Box                           { return b }
func (b Box) Echo(v any) any                      { return v }
func (b Box) Sized(u uint8, s string) string      { return fmt.Sprint(u, s) }
func (b Box) Later(d time.Duration) time.Duration { return b.D + d }
func (b Box) Inner() *Point                       { return b.Ptr }
func (b *Box) Grow(n int) int                     { return b.N + b.hidden + n }

// Note is an error by its pointer.
type Note struct{ Text string }

func (n *Note) Error() string { return "note: " + n.Text }

// values are the functions that data may hold.
var values = map[string]any{
	"join":  func(a, b string) string { return a + "&" + b },
	"cat":   func(s ...string) string { return "<" + strings.Join(s, "+") + ">" },
	"tally": func(n int, s ...string) string { return fmt.Sprint(n, "=", len(s)) },
	"zero":  func() string { return "zero" },
	"err":   func() (string, error) { return "lost", errors.New("the function says no") },
	"boom":  func() string { panic("kaboom") },
	"burst": func() string { panic(errors.New("an error for a panic")) },
	"tiny":  func(n uint8) uint8 { return n },
	"any":   func(v any) any { return v },
	"unset": func(p *Point) bool { return p == nil },
	"count": func(m map[string]any) int { return len(m) },
	"big":   func(n int64, f float64, b bool) string { return fmt.Sprint(n, f, b) },
	"none":  func() {},
	"pair":  func() (string, bool) { return "", false },
	"trio":  func() (string, error, int) { return "", nil, 0 },
	"maker": func() func(string, string) string { return func(a, b string) string { return b + a } },
	"nil":   (func(string) string)(nil),
	"seq":   iter.Seq[int](func(yield func(int) bool) { _ = yield(0) && yield(1) && yield(2) }),
	"seq0":  iter.Seq[int](func(yield func(int) bool) {}),
	"anys":  iter.Seq[any](func(yield func(any) bool) { _ = yield("x") && yield(nil) && yield(2.5) }),
	"seq2":  iter.Seq2[string, int](func(yield func(string, int) bool) { _ = yield("a", 1) && yield("b", 2) }),
	"seq20": iter.Seq2[string, int](func(yield func(string, int) bool) {}),
}

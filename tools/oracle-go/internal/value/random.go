package value

import (
	"errors"
	"math/rand"
	"strings"
	"time"
)

var words = []string{"", "a", "hello", "Übung", "日本", "a\"b", "a`b", "tab\there", "nl\n", "\x00\x7f", "\xff\xfe",
	"\u00ad\u200b", "\U0001f600", "\ufeff", "%d", "é́", "<nil>", "10", "-3.5", "true", "\u2028", "\U000e0001", "ﬀ", "\ufffd",
	"a\\b'c", "\xed\xa0\x80", "\xc3", "ab\xffcd", "\u0378", "日\xe6\x97", "\r\v\f\a\b\x1b", "𝄞", "\U0010ffff"}

// Word gives some text, often an awkward one.
func Word(r *rand.Rand) string { return words[r.Intn(len(words))] }

// said gives a text that a method may return; ours return no bytes that are not UTF-8.
func said(r *rand.Rand) string { return strings.ToValidUTF8(Word(r), "?") }

// Scalar gives some value without parts.
func Scalar(r *rand.Rand) any {
	switch r.Intn(18) {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2, 3, 4:
		return Word(r)
	case 5, 6:
		return Float(r)
	case 7:
		return []byte(Word(r))
	case 8:
		return time.Duration(Int(r) * []int64{1, 1e3, 1e6, 1e9, 37}[r.Intn(5)])
	case 9:
		return complex(Float(r), Float(r))
	default:
		return integer(r)
	}
}

func integer(r *rand.Rand) any {
	n := Int(r)
	switch r.Intn(12) {
	case 0:
		return int8(n)
	case 1:
		return int16(n)
	case 2:
		return int32(n)
	case 3, 4:
		return n
	case 5:
		return uint(n)
	case 6:
		return uint8(n)
	case 7:
		return uint16(n)
	case 8:
		return uint32(n)
	case 9:
		return uint64(n)
	default:
		return int(n)
	}
}

// special gives what only functions and templates bring about: errors, nil of several types, methods.
func special(r *rand.Rand) any {
	switch r.Intn(16) {
	case 0, 1:
		return errors.New(said(r))
	case 2:
		return []any(nil)
	case 3:
		return []string(nil)
	case 4:
		return map[string]any(nil)
	case 5:
		return (*Point)(nil)
	case 6:
		return (*Named)(nil)
	case 7:
		return (func())(nil)
	case 8:
		return []error{errors.New(said(r)), nil}[r.Intn(2):]
	case 9:
		return time.Month(1 + r.Intn(12))
	case 10:
		return time.Weekday(r.Intn(7))
	case 11:
		return Panics{said(r)}
	case 12:
		return &Named{said(r)}
	case 13:
		return function(named["func()"]).Interface()
	default:
		return Named{said(r)}
	}
}

var keys = []string{"a", "b", "a10", "a2", "B", "é", "z"}

func some[T any](r *rand.Rand, one func() T) []T {
	out := []T{}
	for range r.Intn(4) {
		out = append(out, one())
	}
	return out
}

func mapping[T any](r *rand.Rand, one func() T) map[string]T {
	out := map[string]T{}
	for range r.Intn(4) {
		out[keys[r.Intn(len(keys))]] = one()
	}
	return out
}

// Any gives a value with parts up to the depth.
func Any(r *rand.Rand, depth int) any {
	if depth == 0 || r.Intn(3) > 0 {
		if r.Intn(8) == 0 {
			return special(r)
		}
		return Scalar(r)
	}
	part := func() any { return Any(r, depth-1) }
	text := func() string { return Word(r) }
	number := func() float64 { return Float(r) }
	switch r.Intn(18) {
	case 0, 1, 2:
		return some(r, part)
	case 3, 4, 5:
		return mapping(r, part)
	case 6:
		return some(r, text)
	case 7:
		return map[string]string{"k": Word(r), "": "x"}
	case 8:
		return []int{1, r.Intn(100)}
	case 9:
		return some(r, number)
	case 10:
		return mapping(r, func() []string { return some(r, text) })
	case 11:
		return some(r, func() map[string]any { return mapping(r, part) })
	case 12:
		return some(r, func() []any { return some(r, part) })
	case 13:
		return some(r, func() time.Duration { return time.Duration(Int(r)) })
	case 14:
		return mapping(r, func() int { return int(Int(r)) })
	case 15:
		return &Point{int(Int(r)), Word(r), part()}
	case 16:
		return some(r, func() []byte { return []byte(Word(r)) })
	default:
		return Point{int(Int(r)), Word(r), part()}
	}
}

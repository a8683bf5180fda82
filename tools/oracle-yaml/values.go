package main

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/rand"
	"strconv"
	"strings"
)

// generator makes inputs from a source of randomness.
type generator struct {
	*rand.Rand
}

// one picks one of several.
func one[T any](g *generator, from ...T) T {
	return from[g.Intn(len(from))]
}

// chance is true p times of 1.
func (g *generator) chance(p float64) bool {
	return g.Float64() < p
}

// scalar is a text that may look like anything.
func (g *generator) scalar() string {
	switch p := g.Float64(); {
	case p < 0.4:
		return one(g, words...)
	case p < 0.7:
		return one(g, texts...)
	case p < 0.8:
		return g.scalar() + one(g, "", " ", "\n", ":", "-", "_", "\n\n", ": ", " #") + g.scalar()
	case p < 0.85:
		return g.sentence()
	}
	var b strings.Builder
	for range 1 + g.Intn(8) {
		b.WriteRune(one(g, alphabet...))
	}
	return b.String()
}

// sentence is long enough to be folded.
func (g *generator) sentence() string {
	var b strings.Builder
	for range 5 + g.Intn(40) {
		b.WriteString(strings.Repeat(one(g, "x", "word", "é", "日", "a.b"), 1+g.Intn(3)))
		b.WriteString(one(g, " ", " ", " ", " ", "  ", "\n", ": ", " '", "\t", "\n\n", "\n "))
	}
	return b.String()
}

func (g *generator) number() float64 {
	switch p := g.Float64(); {
	case p < 0.3:
		return float64(g.Intn(2001) - 1000)
	case p < 0.5:
		return one(g, 1e5, 1e6, 1234567.5, 0.1, 1e-5, 1e-6, 1e-7, 1e20, 1e21, 1e22, -1e19, 1e19, 9007199254740993,
			9223372036854775807, 18446744073709551615, 1.5e300, 5e-324, math.Copysign(0, -1), 123456789.125, 100000,
			999999.5, 3, 0.30000000000000004)
	case p < 0.75:
		return g.Float64() * math.Pow(10, float64(g.Intn(51)-25))
	case p < 0.85:
		return float64(int64(g.Uint64()))
	}
	return (g.Float64()*2 - 1) * math.Pow(2, float64(g.Intn(130)-60))
}

// valueJSON is a value as the operations read it.
func (g *generator) valueJSON() string {
	b, err := json.Marshal(g.value(g.Intn(4)))
	if err != nil {
		panic(err)
	}
	return string(b)
}

func special1(kind, text string) interface{} {
	return map[string]interface{}{kind: text}
}

func (g *generator) value(depth int) interface{} {
	p := g.Float64()
	switch {
	case depth <= 0 || p < 0.5:
		return g.leaf()
	case p < 0.72:
		list := []interface{}{}
		for range g.Intn(4) {
			list = append(list, g.value(depth-1))
		}
		return list
	}
	m := map[string]interface{}{}
	for range g.Intn(6) {
		m[g.key()] = g.value(depth - 1)
	}
	return m
}

func (g *generator) leaf() interface{} {
	switch p := g.Float64(); {
	case p < 0.55:
		return g.scalar()
	case p < 0.65:
		return g.number()
	case p < 0.70:
		return special1("$int", strconv.FormatInt(one(g, 0, -1, 5, math.MaxInt64, math.MinInt64, g.Int63n(2e9)-1e9), 10))
	case p < 0.73:
		return special1("$uint", strconv.FormatUint(one(g, 0, math.MaxUint64, 1<<63, 7, g.Uint64()), 10))
	case p < 0.76:
		b := make([]byte, one(g, 0, 1, 2, 3, 5, 60, 120))
		g.Read(b)
		return special1("$bytes", base64.StdEncoding.EncodeToString(b))
	case p < 0.80:
		b := make([]byte, 1+g.Intn(6))
		for i := range b {
			b[i] = one(g, 0x61, 0xff, 0xc3, 0xa9, 0x80, 0xe2, 0x28, 0xf0, 0x9f, 0x0a, byte(0x20))
		}
		return special1("$str", base64.StdEncoding.EncodeToString(b))
	case p < 0.82:
		return special1("$duration", one(g, "0", "1", "1500", "1000000000", "3600000000000", "-5000000000"))
	case p < 0.83:
		return special1("$float", one(g, "NaN", "+Inf", "-Inf"))
	case p < 0.85:
		return special1("$time", one(g, "2001-12-14T21:59:43Z", "2026-02-03T04:05:06.789-05:00", "0001-01-01T00:00:00Z"))
	case p < 0.93:
		return g.chance(0.5)
	}
	return one[interface{}](g, nil, []interface{}{}, map[string]interface{}{})
}

func (g *generator) key() string {
	switch p := g.Float64(); {
	case p < 0.45:
		return one(g, "a", "b", "c", "d", "x", "y", "n", "item") +
			one(g, "", "1", "2", "9", "10", "11", "01", "10a", "_x", "-y", ".z", "2b", "A", "é")
	case p < 0.6:
		var b strings.Builder
		for range 1 + g.Intn(6) {
			b.WriteRune(one(g, []rune("aA0129_-.é")...))
		}
		return b.String()
	}
	return g.scalar()
}

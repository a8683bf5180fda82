package value

import (
	"math"
	"math/rand"
	"time"
)

var words = []string{"", "a", "hello", "Übung", "日本", "a\"b", "a`b", "tab\there", "nl\n", "\x00\x7f", "\xff\xfe",
	"\u00ad\u200b", "\U0001f600", "\ufeff", "%d", "é́", "<nil>", "10", "-3.5", "true", "\u2028", "\U000e0001", "ﬀ", "\ufffd"}

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1.5, 100000, 1e6, 1e20, 1e21, 123456789, 1e-4, 1e-5,
	math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 2.5, 0.5, 3.14159, 1e100, 5e-324,
	123456.7, 999999.5, 9007199254740993, 1739461445711477.25}

var ints = []int64{0, 1, -1, 7, 42, -42, 65, 127, 128, 255, 0x1f600, 0xd800, 0x10ffff, 0x110000, 1000000,
	math.MaxInt64, math.MinInt64, 1 << 40}

// Scalar gives some value without parts.
func Scalar(r *rand.Rand) any {
	switch r.Intn(16) {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2, 3, 4:
		return words[r.Intn(len(words))]
	case 5, 6:
		return Float(r)
	case 7:
		return []byte(words[r.Intn(len(words))])
	case 8:
		return time.Duration(ints[r.Intn(len(ints))] * []int64{1, 1e3, 1e6, 1e9, 37}[r.Intn(5)])
	default:
		return integer(r)
	}
}

// Float gives an awkward or a random float.
func Float(r *rand.Rand) float64 {
	switch r.Intn(5) {
	case 0:
		return math.Float64frombits(r.Uint64())
	case 4:
		// Few bits behind the point, where shortest forms may lie halfway.
		return float64(r.Int63()>>(10+r.Intn(20))) / float64(int64(1)<<r.Intn(8))
	case 1:
		return float64(r.Intn(2000000)-1000000) / math.Pow(10, float64(r.Intn(12)))
	default:
		return floats[r.Intn(len(floats))]
	}
}

func integer(r *rand.Rand) any {
	n := ints[r.Intn(len(ints))]
	if r.Intn(3) == 0 {
		n = r.Int63() >> r.Intn(63)
	}
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

// Any gives a value with parts up to the depth.
func Any(r *rand.Rand, depth int) any {
	if depth == 0 || r.Intn(3) > 0 {
		return Scalar(r)
	}
	switch r.Intn(7) {
	case 0, 1:
		out := []any{}
		for range r.Intn(4) {
			out = append(out, Any(r, depth-1))
		}
		return out
	case 2, 3:
		out := map[string]any{}
		for range r.Intn(4) {
			out[[]string{"a", "b", "a10", "a2", "B", "é", "z"}[r.Intn(7)]] = Any(r, depth-1)
		}
		return out
	case 4:
		out := []string{}
		for range r.Intn(3) {
			out = append(out, words[r.Intn(len(words))])
		}
		return out
	case 5:
		return map[string]string{"k": words[r.Intn(len(words))], "": "x"}
	default:
		return []int{1, r.Intn(100)}
	}
}

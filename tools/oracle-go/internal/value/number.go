package value

import (
	"math"
	"math/rand"
	"strconv"
)

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1.5, 100000, 1e6, 1e20, 1e21, 123456789, 1e-4, 1e-5,
	math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 2.5, 0.5, 3.14159, 1e100, 5e-324,
	123456.7, 999999.5, 9007199254740993, 1739461445711477.25}

var ints = []int64{0, 1, -1, 7, 42, -42, 65, 127, 128, 255, 0x1f600, 0xd800, 0x10ffff, 0x110000, 1000000,
	math.MaxInt64, math.MinInt64, 1 << 40}

// Float gives an awkward or a random float.
func Float(r *rand.Rand) float64 {
	sign := float64(1 - r.Intn(2)*2)
	switch r.Intn(12) {
	case 0, 1:
		return math.Float64frombits(r.Uint64())
	case 2:
		// Few bits behind the point, where shortest forms may lie halfway.
		return float64(r.Int63()>>(10+r.Intn(20))) / float64(int64(1)<<r.Intn(8))
	case 3, 4:
		return float64(r.Intn(2000000)-1000000) / math.Pow(10, float64(r.Intn(12)))
	case 5:
		// Beside a power of two, where the steps to both sides differ.
		return sign * near(r, math.Ldexp(1, r.Intn(2098)-1074))
	case 6:
		// Beside a power of ten, where the number of digits changes.
		power, _ := strconv.ParseFloat("1e"+strconv.Itoa(r.Intn(632)-323), 64)
		return sign * near(r, power)
	case 7:
		// A denormal.
		return sign * math.Float64frombits(r.Uint64()>>(12+r.Intn(52)))
	case 8:
		// Few digits, wherever the point is: what people write.
		power, _ := strconv.ParseFloat(strconv.Itoa(r.Intn(10000))+"e"+strconv.Itoa(r.Intn(50)-25), 64)
		return sign * power
	case 9:
		// Halves, quarters, eighths: exactly between two roundings.
		return sign * float64(r.Intn(1<<20)) / float64(int(1)<<r.Intn(10))
	default:
		return floats[r.Intn(len(floats))]
	}
}

// near gives the float or one a few steps away.
func near(r *rand.Rand, f float64) float64 {
	return math.Float64frombits(math.Float64bits(f) + uint64(r.Intn(5)) - uint64(min(2, math.Float64bits(f))))
}

// Int gives an awkward or a random integer.
func Int(r *rand.Rand) int64 {
	switch r.Intn(6) {
	case 0, 1:
		return r.Int63() >> r.Intn(63) * int64(1-r.Intn(2)*2)
	case 2:
		return int64(1)<<r.Intn(64) + int64(r.Intn(3)) - 1
	case 3:
		power := int64(1)
		for range r.Intn(19) {
			power *= 10
		}
		return power + int64(r.Intn(3)) - 1
	default:
		return ints[r.Intn(len(ints))]
	}
}

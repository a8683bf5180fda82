// Package time records time's layouts, formatting and parsing, and durations.
package time

import (
	"fmt"
	"math/rand"
	"reflect"
	"strconv"
	"strings"
	"time"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is the time package.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
	Bench:  benches(),
}

// A zone is UTC or one with a fixed offset; Unix is a duration's nanoseconds where there is no time. Method
// calls the method that Text names, with Args as far as its parameters are numbers, durations or times.
type row struct {
	Call   string     `json:"call"`
	Layout value.Text `json:"layout,omitempty"`
	Text   value.Text `json:"text,omitempty"`
	Unix   int64      `json:"unix,omitempty"`
	Nano   int        `json:"nano,omitempty"`
	Zone   string     `json:"zone,omitempty"`
	Offset int        `json:"offset,omitempty"`
	Args   []int64    `json:"args,omitempty"`
	Want   value.Text `json:"want"`
}

func (c *row) location() *time.Location {
	if c.Zone == "UTC" && c.Offset == 0 {
		return time.UTC
	}
	return time.FixedZone(c.Zone, c.Offset)
}

func (c *row) Answer() bool {
	want := ""
	switch c.Call {
	case "Format":
		t := time.Unix(c.Unix, int64(c.Nano)).In(c.location())
		want = t.Format(string(c.Layout)) + "|" + t.String()
	case "Parse":
		got, err := time.ParseInLocation(string(c.Layout), string(c.Text), c.location())
		want = fmt.Sprint(got.Unix(), " ", got)
		if err != nil {
			want = err.Error()
		}
	case "ParseDuration":
		d, err := time.ParseDuration(string(c.Text))
		want = fmt.Sprint(d, " ", int64(d))
		if err != nil {
			want = err.Error()
		}
	case "Duration":
		multiple, err := strconv.ParseInt(string(c.Text), 10, 64)
		if err != nil {
			return false
		}
		d, m := time.Duration(c.Unix), time.Duration(multiple)
		want = fmt.Sprint(d, d.Round(m), d.Truncate(m), d.Abs(), d.Hours(), d.Minutes(), d.Seconds())
	case "Method":
		t := time.Unix(c.Unix, int64(c.Nano)).In(c.location())
		method := reflect.ValueOf(t).MethodByName(string(c.Text))
		var args []reflect.Value
		for index := range method.Type().NumIn() {
			switch method.Type().In(index) {
			case reflect.TypeFor[time.Time]():
				args = append(args, reflect.ValueOf(time.Unix(c.Args[index], 0)))
			case reflect.TypeFor[string]():
				args = append(args, reflect.ValueOf(string(c.Layout)))
			default:
				args = append(args, reflect.ValueOf(c.Args[index]).Convert(method.Type().In(index)))
			}
		}
		results := method.Call(args)
		want = fmt.Sprintf("%T %v", results[0].Interface(), results[0])
		if len(results) == 2 && !results[1].IsNil() {
			want = fmt.Sprint("error: ", results[1])
		}
	default:
		return false
	}
	c.Want = value.Text(want)
	return true
}

func layout(r *rand.Rand) string {
	if r.Intn(4) == 0 {
		return area.Pick(r, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano,
			time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.DateTime, time.DateOnly, time.TimeOnly, time.Layout)
	}
	out := ""
	for range 1 + r.Intn(6) {
		out += area.Pick(r, "2006", "06", "01", "1", "Jan", "January", "02", "2", "_2", "002", "__2", "Mon", "Monday", "15", "03", "3", "04", "4", "05", "5", "PM", "pm", "MST",
			"-0700", "-07:00", "-07", "Z0700", "Z07:00", "Z07", "-070000", "Z07:00:00", ".000", ".999", ",000000", ".999999999", ".0", "_2006", "Janx", "Monz", "0", "07", ".0001")
		out += area.Pick(r, " ", "-", ":", "/", "", "T", ", ", " at ", "  ")
	}
	return out
}

func moment(r *rand.Rand) time.Time {
	unix := r.Int63n(4e9) - 1e9
	switch r.Intn(8) {
	case 0:
		unix = r.Int63n(4e11) - 2e11
	case 1:
		unix = []int64{0, -62135596800, -62167219200, 1709164800, 1709251199, 951782400, 253402300799, 253402300800, -1}[r.Intn(9)]
	}
	return time.Unix(unix, []int64{0, 0, 1, 500000000, 123456789, 120000000}[r.Intn(6)])
}

func zone(r *rand.Rand) *time.Location {
	if r.Intn(2) == 0 {
		return time.UTC
	}
	return time.FixedZone(area.Pick(r, "", "CET", "X", "PST", "+03", "GMT"), []int{0, 3600, -7 * 3600, 19800, -12600, 45, -45, 3661, -3661, 50400, -1, 86399, 90000, -90000}[r.Intn(14)])
}

func duration(r *rand.Rand) string {
	out := area.Pick(r, "", "", "-", "+")
	for range 1 + r.Intn(3) {
		out += area.Pick(r, "1", "0", "1.5", ".5", "5.", "100", "0.000000001", "9223372036", "9223372036854775807", "9223372036854775808", "2562047", "", "1e3", "007", "3.14159265358979", "1.0000000000000000000001")
		out += area.Pick(r, "h", "m", "s", "ms", "us", "µs", "μs", "ns", "d", "", " s", "S", "é", "hm")
	}
	if r.Intn(12) == 0 {
		out = area.Pick(r, "", "0", "-0", "+", "-", ".", ".s", "1", "x", " 1s", "1s ", "\"", "\xff", "-9223372036854775808ns", "9223372036854775808ns", "2562047h47m16.854775807s", "2562047h47m16.854775808s", "-2562047h47m16.854775808s")
	}
	return out
}

// methods are those that templates may call and that need nothing but numbers.
var methods = []string{"Add", "AddDate", "After", "Before", "Compare", "Day", "Equal", "Format", "GoString", "Hour", "IsDST", "IsZero", "MarshalJSON", "MarshalText",
	"Minute", "Month", "Nanosecond", "Round", "Second", "String", "Sub", "Truncate", "UTC", "Unix", "UnixMicro", "UnixMilli", "UnixNano", "Weekday", "Year", "YearDay"}

func arguments(r *rand.Rand, method string, unix int64) []int64 {
	switch method {
	case "AddDate":
		return []int64{int64(r.Intn(300) - 150), int64(r.Intn(100) - 50), int64(r.Intn(2000) - 1000)}
	case "After", "Before", "Compare", "Equal", "Sub":
		return []int64{unix + []int64{0, 1, -1, r.Int63n(1e12), -r.Int63n(1e12), 1e10}[r.Intn(6)]}
	}
	return []int64{[]int64{0, 1, -1, 1e9, 6e10, 36e11, 24 * 36e11, 7 * 24 * 36e11, r.Int63(), -r.Int63(), r.Int63() >> r.Intn(60)}[r.Intn(11)]}
}

func mutated(r *rand.Rand, text string) string {
	at := r.Intn(len(text) + 1)
	switch r.Intn(6) {
	case 0:
		return text[:at] + area.Pick(r, "0", "9", "x", " ", "-", ":", ".5", ",25", "UTC", "GMT", "GMT+3", "GMT-11", "+", "Z", "_", "__2", "é", "\xff", ".", ",", "00", "MST", "ChST", "WITA", "+00", "-03", "PM", "am", "  ") + text[at:]
	case 1, 2:
		return text[:at] + text[min(len(text), at+1+r.Intn(2)):]
	case 3:
		return strings.ToLower(text)
	case 4:
		return strings.ToUpper(text)
	default:
		return strings.Replace(text, area.Pick(r, "0", "1", "2", "3"), area.Pick(r, "9", "3", "6", "0", "00"), 1+r.Intn(2))
	}
}

func random(r *rand.Rand) area.Case {
	loc := zone(r)
	t := moment(r).In(loc)
	l := layout(r)
	if r.Intn(8) == 0 {
		l = mutated(r, l)
	}
	name, offset := t.Zone()
	c := &row{Layout: value.Text(l), Zone: name, Offset: offset}
	switch r.Intn(10) {
	case 0, 1, 2:
		c.Call, c.Unix, c.Nano = "Format", t.Unix(), t.Nanosecond()
	case 3:
		text := duration(r)
		if r.Intn(4) == 0 {
			text = mutated(r, text)
		}
		c = &row{Call: "ParseDuration", Text: value.Text(text)}
	case 4:
		d := r.Int63() >> r.Intn(63)
		m := r.Int63() >> r.Intn(63)
		if r.Intn(2) == 0 {
			d = -d
		}
		if r.Intn(10) == 0 {
			m = -m
		}
		c = &row{Call: "Duration", Unix: d, Text: value.Text(strconv.FormatInt(m, 10))}
	case 5:
		c.Call, c.Unix, c.Nano = "Method", t.Unix(), t.Nanosecond()
		method := methods[r.Intn(len(methods))]
		c.Text, c.Args = value.Text(method), arguments(r, method, t.Unix())
		if method != "Format" {
			c.Layout = ""
		}
	default:
		text := t.Format(l)
		for range r.Intn(3) {
			text = mutated(r, text)
		}
		c.Call, c.Text = "Parse", value.Text(text)
		if r.Intn(10) == 0 {
			c.Layout = value.Text(layout(r))
		}
	}
	return c
}

// Command time prints cases of time's layouts, formatting and parsing, and of durations: one JSON
// object a line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"time"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Call   string `json:"call"`
	Layout any    `json:"layout,omitempty"`
	Text   any    `json:"text,omitempty"`
	Unix   int64  `json:"unix,omitempty"`
	Nano   int    `json:"nano,omitempty"`
	Zone   string `json:"zone,omitempty"`
	Offset int    `json:"offset,omitempty"`
	Want   any    `json:"want"`
}

func pick(r *rand.Rand, from ...string) string { return from[r.Intn(len(from))] }

func layout(r *rand.Rand) string {
	if r.Intn(4) == 0 {
		return pick(r, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano,
			time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.DateTime, time.DateOnly, time.TimeOnly, time.Layout)
	}
	out := ""
	for range 1 + r.Intn(6) {
		out += pick(r, "2006", "06", "01", "1", "Jan", "January", "02", "2", "_2", "002", "__2", "Mon", "Monday", "15", "03", "3", "04", "4", "05", "5", "PM", "pm", "MST",
			"-0700", "-07:00", "-07", "Z0700", "Z07:00", "Z07", "-070000", "Z07:00:00", ".000", ".999", ",000000", ".999999999", ".0", "_2006", "Janx", "Monz", "0", "07", ".0001")
		out += pick(r, " ", "-", ":", "/", "", "T", ", ", " at ", "  ")
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
	return time.FixedZone(pick(r, "", "CET", "X"), []int{0, 3600, -7 * 3600, 19800, -12600, 45, -45, 3661, -3661, 50400}[r.Intn(10)])
}

func duration(r *rand.Rand) string {
	out := pick(r, "", "", "-", "+")
	for range 1 + r.Intn(3) {
		out += pick(r, "1", "0", "1.5", ".5", "5.", "100", "0.000000001", "9223372036", "9223372036854775807", "9223372036854775808", "2562047", "", "1e3", "007", "3.14159265358979", "1.0000000000000000000001")
		out += pick(r, "h", "m", "s", "ms", "us", "µs", "μs", "ns", "d", "", " s", "S", "é", "hm")
	}
	if r.Intn(12) == 0 {
		out = pick(r, "", "0", "-0", "+", "-", ".", ".s", "1", "x", " 1s", "1s ", "\"", "\xff", "-9223372036854775808ns", "9223372036854775808ns", "2562047h47m16.854775807s", "2562047h47m16.854775808s", "-2562047h47m16.854775808s")
	}
	return out
}

func main() {
	count := flag.Int("n", 1000, "how many cases")
	seed := flag.Int64("seed", 1, "seed of the generator")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for range *count {
		loc := zone(r)
		t := moment(r).In(loc)
		l := layout(r)
		name, offset := t.Zone()
		c := row{Layout: value.Text(l), Zone: name, Offset: offset}
		switch r.Intn(6) {
		case 0, 1:
			c.Call, c.Unix, c.Nano, c.Want = "Format", t.Unix(), t.Nanosecond(), value.Text(t.Format(l)+"|"+t.String())
		case 2:
			text := duration(r)
			d, err := time.ParseDuration(text)
			c = row{Call: "ParseDuration", Text: value.Text(text), Want: value.Text(fmt.Sprint(d, " ", int64(d)))}
			if err != nil {
				c.Want = value.Text(err.Error())
			}
		case 3:
			d := time.Duration(r.Int63() >> r.Intn(63))
			m := time.Duration(r.Int63() >> r.Intn(63))
			if r.Intn(2) == 0 {
				d = -d
			}
			if r.Intn(10) == 0 {
				m = -m
			}
			c = row{Call: "Duration", Unix: int64(d), Offset: 0, Text: fmt.Sprint(int64(m))}
			c.Want = fmt.Sprint(d, d.Round(m), d.Truncate(m), d.Abs(), d.Hours(), d.Minutes(), d.Seconds())
		default:
			text := t.Format(l)
			for range r.Intn(3) {
				at := r.Intn(len(text) + 1)
				switch r.Intn(4) {
				case 0:
					text = text[:at] + pick(r, "0", "9", "x", " ", "-", ":", ".5", "UTC", "GMT+3", "é") + text[at:]
				case 1:
					if at < len(text) {
						text = text[:at] + text[at+1:]
					}
				case 2:
					text = strings.ToLower(text)
				case 3:
					text = strings.Replace(text, pick(r, "0", "1", "2"), pick(r, "9", "3", "6"), 1)
				}
			}
			c.Call, c.Text = "Parse", value.Text(text)
			got, err := time.ParseInLocation(l, text, loc)
			if err != nil {
				c.Want = value.Text(err.Error())
			} else {
				c.Want = value.Text(fmt.Sprint(got.Unix(), " ", got))
			}
		}
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

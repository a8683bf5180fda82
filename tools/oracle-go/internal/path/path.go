// Package path records path, the patterns of path.Match, and net/url.
package path

import (
	"fmt"
	"math/rand"
	"net/url"
	"path"
	"strings"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is path and net/url.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
}

type row struct {
	Call string     `json:"call"`
	A    value.Text `json:"a"`
	B    value.Text `json:"b,omitempty"`
	Want value.Text `json:"want"`
}

func (c *row) Answer() bool {
	a, b := string(c.A), string(c.B)
	want := ""
	switch c.Call {
	case "Path":
		want = fmt.Sprintf("%q %q %q %q %t", path.Clean(a), path.Base(a), path.Dir(a), path.Ext(a), path.IsAbs(a))
	case "Join":
		want = path.Join(a, b)
	case "Match":
		matched, err := path.Match(a, b)
		want = fmt.Sprint(matched)
		if err != nil {
			want = err.Error()
		}
	case "QueryEscape":
		want = url.QueryEscape(a)
	case "Url":
		u, err := url.Parse(a)
		if err != nil {
			want = err.Error()
			// Why brackets hold no address is said in one way only here.
			if strings.Contains(want, "ParseAddr") || strings.Contains(want, "IPv6") {
				return false
			}
			break
		}
		want = fmt.Sprintf("%q %q %q %q %q %q %q %q %q", u.Scheme, u.Opaque, u.User.String(), u.Host, u.Hostname(), u.Path, u.RawQuery, u.Fragment, u.String())
	default:
		return false
	}
	c.Want = value.Text(want)
	return true
}

func joined(r *rand.Rand, most int, from ...string) string {
	var out strings.Builder
	for range r.Intn(most) {
		out.WriteString(area.Pick(r, from...))
	}
	return out.String()
}

func somePath(r *rand.Rand) string {
	return joined(r, 9, "/", "/", "/", ".", "..", "a", "b.c", "...", "é", "x.tar.gz", " ", "\xff", "//", "./", "../")
}

func pattern(r *rand.Rand) string {
	out := ""
	for range r.Intn(6) {
		switch r.Intn(7) {
		case 0:
			out += "[" + area.Pick(r, "", "^") + joined(r, 4, "a", "b", "a-c", "-", "é", `\]`, `\-`, "]", "x-z", "[", "\xff", "b-a", "/", `\`) + area.Pick(r, "]", "]", "]", "")
		case 1, 2:
			out += area.Pick(r, "*", "*", "?", "**")
		default:
			out += area.Pick(r, "a", "b", "c", "/", ".", "é", `\*`, `\`, "x", "]", "^", "-")
		}
	}
	return out
}

func address(r *rand.Rand) string {
	out := area.Pick(r, "http:", "https:", "HTTP:", "ftp:", "mailto:", "x-1+.:", "", "", "1x:", ":", "é:", "oci:", "file:")
	out += area.Pick(r, "//", "//", "//", "/", "", "///")
	if r.Intn(3) == 0 {
		out += joined(r, 4, "u", "p", ":", "%41", "%zz", "é", "@", "/", " ", "[", "!", "$", "%2f") + "@"
	}
	out += area.Pick(r, "h", "example.org", "", "h:80", "h:", "h:x", "[::1]", "[::1]:80", "a b", "%41", "h%2f", "é", "h%", "1.2.3.4:5", "h:80:90", "a_b", "h<>", "h^", "h\"")
	out += joined(r, 6, "/", "/", "a", "%20", "%2f", "%2F", "%zz", "%", "é", ":", ";", "..", " ", "+", "*", "@", "[", "|", "\"", "~", "!", "=", "&", ",", "\x00", "\x7f", "\xff")
	if r.Intn(3) == 0 {
		out += "?" + joined(r, 5, "a", "=", "&", "%20", "+", " ", "é", "?", ";", "%zz", "/", "\xff")
	}
	if r.Intn(3) == 0 {
		out += "#" + joined(r, 5, "a", "%41", "%zz", "é", "#", "/", "?", "!", " ", "\"", "<", "(")
	}
	return out
}

func random(r *rand.Rand) area.Case {
	c := &row{A: value.Text(somePath(r))}
	switch r.Intn(6) {
	case 0:
		c.Call = "Path"
	case 1:
		c.Call, c.B = "Join", value.Text(somePath(r))
	case 2:
		c.Call, c.A = "Match", value.Text(pattern(r))
		c.B = value.Text(joined(r, 6, "a", "b", "c", "/", ".", "é", "x", "]", "-", "*", "\xff", "^"))
		if r.Intn(2) == 0 {
			c.B = value.Text(strings.NewReplacer("**", "ab", "*", "ab", "?", "c", "[", "", "]", "", `\`, "", "^", "").Replace(string(c.A)))
		}
	case 3:
		c.Call = "QueryEscape"
		c.A = value.Text(joined(r, 9, "a", " ", "+", "%", "é", "&", "=", "/", "?", "\xff", "~", "-", "*", "(", "\n"))
	default:
		c.Call, c.A = "Url", value.Text(address(r))
	}
	return c
}

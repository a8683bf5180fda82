// Package semver records Masterminds semver: versions read and compared, constraints checked.
package semver

import (
	"fmt"
	"math/rand"
	"strings"

	"github.com/Masterminds/semver/v3"
	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Area is Masterminds semver.
var Area = area.Area{
	New:    func() area.Case { return &row{} },
	Random: random,
	Bench:  benches(),
}

type row struct {
	Call string     `json:"call"`
	A    value.Text `json:"a"`
	B    value.Text `json:"b,omitempty"`
	Want value.Text `json:"want"`
}

func (c *row) Answer() bool {
	a, errA := semver.NewVersion(string(c.A))
	switch c.Call {
	case "Parse":
		c.Want = parsed(a, errA)
	case "ParseStrict":
		c.Want = parsed(semver.StrictNewVersion(string(c.A)))
	case "Compare":
		b, errB := semver.NewVersion(string(c.B))
		if errA != nil || errB != nil {
			return false
		}
		c.Want = value.Text(fmt.Sprint(a.Compare(b)))
	case "Check":
		if errA != nil {
			return false
		}
		constraint, err := semver.NewConstraint(string(c.B))
		if err != nil {
			c.Want = value.Text("error: " + err.Error())
			return true
		}
		plain := constraint.Check(a)
		constraint.IncludePrerelease = true
		c.Want = value.Text(fmt.Sprint(plain, constraint.Check(a)))
	default:
		return false
	}
	return true
}

func parsed(v *semver.Version, err error) value.Text {
	if err != nil {
		return value.Text("error: " + err.Error())
	}
	return value.Text(fmt.Sprintf("%d %d %d %q %q %q %s", v.Major(), v.Minor(), v.Patch(), v.Prerelease(), v.Metadata(), v.Original(), v))
}

func number(r *rand.Rand, x bool) string {
	if x && r.Intn(5) == 0 {
		return area.Pick(r, "x", "X", "*")
	}
	if r.Intn(25) == 0 {
		return area.Pick(r, "01", "00", "18446744073709551615", "18446744073709551616", "99999999999999999999", "|", "1|", "xx", "1x", "*1", "")
	}
	return area.Pick(r, "0", "0", "1", "1", "2", "2", "3", "9", "10", "11", "20", "100")
}

func identifiers(r *rand.Rand) string {
	var all []string
	for range 1 + r.Intn(3) {
		all = append(all, area.Pick(r, "alpha", "beta", "rc", "1", "0", "2", "10", "11", "a", "A", "a-b", "-", "--1", "x", "7z", "0a", "gke", "100", "18446744073709551616", "99999999999999999999"))
	}
	if r.Intn(12) == 0 {
		all = append(all, area.Pick(r, "01", "00", "", "é", "a_b", "*", "+", " "))
	}
	return strings.Join(all, ".")
}

// version makes a version; with wildcards for numbers if x is true.
func version(r *rand.Rand, x bool) string {
	out := area.Pick(r, "", "", "", "v") + number(r, x)
	for range []int{0, 1, 2, 2, 2, 2, 2, 3}[r.Intn(8)] {
		out += "." + number(r, x)
	}
	if r.Intn(3) == 0 {
		out += "-" + identifiers(r)
	}
	if r.Intn(6) == 0 {
		out += "+" + identifiers(r)
	}
	switch r.Intn(60) {
	case 0:
		out = area.Pick(r, "", " 1.2.3", "1.2.3 ", "x", "1..2", "1.2.", ".1", "-1", "V1", "1.2.3.4", strings.Repeat("1", 300), "1.2.3\n", "vv1", "v", "\xff", "1.2.3-"+strings.Repeat("a", 251), strings.Repeat("0", 300))
	case 1:
		out = mutated(r, out)
	}
	return out
}

func mutated(r *rand.Rand, text string) string {
	at := r.Intn(len(text) + 1)
	if r.Intn(2) == 0 && at < len(text) {
		return text[:at] + text[at+1:]
	}
	return text[:at] + area.Pick(r, "0", "1", ".", "-", "+", "x", "*", " ", "v", ",", "|", "||", "<", ">", "=", "!", "~", "^", "\t", "\n", "\v", "é", "\xff", "a", " - ") + text[at:]
}

func constraint(r *rand.Rand) string {
	var groups []string
	for range 1 + r.Intn(2)*r.Intn(3) {
		var all []string
		for range 1 + r.Intn(2)*r.Intn(3) {
			op := area.Pick(r, "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "^", ">=", "<", ">", "!=")
			if r.Intn(40) == 0 {
				op = area.Pick(r, "==", ">>", "<>", "~<", "^^", "!", "~=", "=!", "> =")
			}
			all = append(all, op+area.Pick(r, "", "", "", " ", "  ", "\t")+version(r, true))
		}
		group := strings.Join(all, area.Pick(r, " ", " ", ", ", ",", " , ", "  ", "\n", "", ",,"))
		if r.Intn(5) == 0 {
			group = version(r, true) + area.Pick(r, " - ", " - ", "  -  ", "-", " -", "- ", "\t-\n") + version(r, true)
			if r.Intn(3) == 0 {
				group += area.Pick(r, " ", ", ", "") + area.Pick(r, ">=1", "1 - 2", "!=1.5", version(r, true)+" - "+version(r, true))
			}
		}
		groups = append(groups, area.Pick(r, "", "", " ")+group+area.Pick(r, "", "", " "))
	}
	out := strings.Join(groups, area.Pick(r, "||", " || ", "|| ", "|"))
	switch r.Intn(40) {
	case 0:
		out = strings.Repeat(out+"||", 31+r.Intn(2)) + out
	case 1, 2, 3, 4:
		out = mutated(r, out)
	}
	return out
}

// near makes a version that lies close to the numbers of another text.
func near(r *rand.Rand, text string) string {
	numbers := strings.FieldsFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if len(numbers) == 0 {
		return version(r, false)
	}
	pick := func() string { return numbers[r.Intn(len(numbers))] }
	out := fmt.Sprintf("%s.%s.%s", pick(), pick(), pick())
	if len(numbers) > 2 && r.Intn(2) == 0 {
		out = strings.Join(numbers[:3], ".")
	}
	if r.Intn(3) == 0 {
		out += "-" + identifiers(r)
	}
	return out
}

func random(r *rand.Rand) area.Case {
	c := &row{A: value.Text(version(r, false))}
	switch r.Intn(10) {
	case 0:
		c.Call = "Parse"
	case 1:
		c.Call = "ParseStrict"
	case 2:
		c.Call, c.B = "Compare", value.Text(version(r, false))
	case 3:
		c.Call, c.B = "Compare", value.Text(near(r, string(c.A)))
	default:
		text := constraint(r)
		c.Call, c.B = "Check", value.Text(text)
		if r.Intn(3) > 0 {
			c.A = value.Text(near(r, text))
		}
	}
	return c
}

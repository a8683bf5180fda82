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

func version(r *rand.Rand, x bool) string {
	number := func() string {
		if x && r.Intn(5) == 0 {
			return area.Pick(r, "x", "X", "*")
		}
		return area.Pick(r, "0", "1", "2", "1", "2", "3", "10", "01", "20")
	}
	out := area.Pick(r, "", "", "", "v") + number()
	for range r.Intn(4) {
		out += "." + number()
	}
	if r.Intn(3) == 0 {
		out += "-" + area.Pick(r, "alpha", "alpha.1", "beta.2", "rc.1", "1", "0", "01", "a-b", "x.7.z", "99999999999999999999", "alpha.beta", "", "é", "gke.100")
	}
	if r.Intn(6) == 0 {
		out += "+" + area.Pick(r, "build", "1", "a.b", "01", "", "a_b")
	}
	if r.Intn(30) == 0 {
		out = area.Pick(r, "", " 1.2.3", "1.2.3 ", "x", "1..2", "1.2.", ".1", "99999999999999999999", "1.99999999999999999999", "-1", "V1", "1.2.3.4", strings.Repeat("1", 300), "1.2.3\n")
	}
	return out
}

func constraint(r *rand.Rand) string {
	var groups []string
	for range 1 + r.Intn(2)*r.Intn(3) {
		var all []string
		for range 1 + r.Intn(2)*r.Intn(3) {
			op := area.Pick(r, "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "^", ">=", "==", ">>")
			all = append(all, op+area.Pick(r, "", "", " ", "  ")+version(r, true))
		}
		group := strings.Join(all, area.Pick(r, " ", ", ", ",", " , ", "  "))
		if r.Intn(6) == 0 {
			group = version(r, true) + area.Pick(r, " - ", "  -  ", "-", " -") + version(r, true)
		}
		groups = append(groups, area.Pick(r, "", "", " ")+group+area.Pick(r, "", "", " "))
	}
	return strings.Join(groups, area.Pick(r, "||", " || ", "|"))
}

func random(r *rand.Rand) area.Case {
	c := &row{A: value.Text(version(r, false))}
	switch r.Intn(8) {
	case 0:
		c.Call = "Parse"
	case 1:
		c.Call = "ParseStrict"
	case 2:
		c.Call, c.B = "Compare", value.Text(version(r, false))
	default:
		c.Call, c.B = "Check", value.Text(constraint(r))
	}
	return c
}

// Command semver prints cases of Masterminds semver: versions read and compared, constraints checked.
// One JSON object a line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"

	"github.com/Masterminds/semver/v3"
	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Call string `json:"call"`
	A    string `json:"a"`
	B    string `json:"b,omitempty"`
	Want any    `json:"want"`
}

func pick(r *rand.Rand, from ...string) string { return from[r.Intn(len(from))] }

func version(r *rand.Rand, x bool) string {
	number := func() string {
		if x && r.Intn(5) == 0 {
			return pick(r, "x", "X", "*")
		}
		return pick(r, "0", "1", "2", "1", "2", "3", "10", "01", "20")
	}
	out := pick(r, "", "", "", "v") + number()
	for range r.Intn(4) {
		out += "." + number()
	}
	if r.Intn(3) == 0 {
		out += "-" + pick(r, "alpha", "alpha.1", "beta.2", "rc.1", "1", "0", "01", "a-b", "x.7.z", "99999999999999999999", "alpha.beta", "", "é", "gke.100")
	}
	if r.Intn(6) == 0 {
		out += "+" + pick(r, "build", "1", "a.b", "01", "", "a_b")
	}
	if r.Intn(30) == 0 {
		out = pick(r, "", " 1.2.3", "1.2.3 ", "x", "1..2", "1.2.", ".1", "99999999999999999999", "1.99999999999999999999", "-1", "V1", "1.2.3.4", strings.Repeat("1", 300), "1.2.3\n")
	}
	return out
}

func constraint(r *rand.Rand) string {
	var groups []string
	for range 1 + r.Intn(2)*r.Intn(3) {
		var all []string
		for range 1 + r.Intn(2)*r.Intn(3) {
			op := pick(r, "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "^", ">=", "==", ">>")
			all = append(all, op+pick(r, "", "", " ", "  ")+version(r, true))
		}
		group := strings.Join(all, pick(r, " ", ", ", ",", " , ", "  "))
		if r.Intn(6) == 0 {
			group = version(r, true) + pick(r, " - ", "  -  ", "-", " -") + version(r, true)
		}
		groups = append(groups, pick(r, "", "", " ")+group+pick(r, "", "", " "))
	}
	return strings.Join(groups, pick(r, "||", " || ", "|"))
}

func parsed(v *semver.Version, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return fmt.Sprintf("%d %d %d %q %q %q %s", v.Major(), v.Minor(), v.Patch(), v.Prerelease(), v.Metadata(), v.Original(), v)
}

func main() {
	count := flag.Int("n", 1000, "how many cases")
	seed := flag.Int64("seed", 1, "seed of the generator")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for range *count {
		c := row{A: version(r, false)}
		switch r.Intn(8) {
		case 0:
			c.Call, c.Want = "Parse", value.Text(parsed(semver.NewVersion(c.A)))
		case 1:
			c.Call, c.Want = "ParseStrict", value.Text(parsed(semver.StrictNewVersion(c.A)))
		case 2:
			c.Call, c.B = "Compare", version(r, false)
			a, errA := semver.NewVersion(c.A)
			b, errB := semver.NewVersion(c.B)
			if errA != nil || errB != nil {
				continue
			}
			c.Want = fmt.Sprint(a.Compare(b))
		default:
			c.Call, c.B = "Check", constraint(r)
			v, err := semver.NewVersion(c.A)
			if err != nil {
				continue
			}
			cs, err := semver.NewConstraint(c.B)
			if err != nil {
				c.Want = "error: " + err.Error()
				break
			}
			plain := cs.Check(v)
			cs.IncludePrerelease = true
			c.Want = fmt.Sprint(plain, cs.Check(v))
		}
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

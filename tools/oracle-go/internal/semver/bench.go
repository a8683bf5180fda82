package semver

import "github.com/Masterminds/semver/v3"

// The same texts are in crates/longshore-go/examples/bench/semver.rs.
func benches() map[string]func() {
	a, b := semver.MustParse("1.27.3-gke.100"), semver.MustParse("1.27.3-gke.99")
	constraint, err := semver.NewConstraint(">=1.21.0-0 <1.30.0-0 || ^2.1")
	if err != nil {
		panic(err)
	}
	return map[string]func(){
		"parse":      func() { semver.NewVersion("v1.27.3-gke.100+build.5") },
		"compare":    func() { a.Compare(b) },
		"constraint": func() { semver.NewConstraint(">=1.21.0-0 <1.30.0-0 || ^2.1 || 3.1 - 3.4") },
		"check":      func() { constraint.Check(a) },
		// As `semverCompare` does it.
		"sprig-compare": func() {
			c, _ := semver.NewConstraint(">=1.21-0")
			v, _ := semver.NewVersion("v1.27.3")
			c.Check(v)
		},
	}
}

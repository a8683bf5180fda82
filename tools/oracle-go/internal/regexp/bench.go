package regexp

import (
	"regexp"
	"strings"
)

const name = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`

// The same texts and patterns are in crates/longshore-go/examples/bench/regexp.rs.
func benches() map[string]func() {
	text := strings.Repeat("The quick brown fox, key=value jumps over 13 lazy dogs; größer als früher. ", 150)
	compile := func(pattern string) func() {
		return func() { regexp.MustCompile(pattern) }
	}
	with := func(pattern string, run func(*regexp.Regexp)) func() {
		re := regexp.MustCompile(pattern)
		return func() { run(re) }
	}
	return map[string]func(){
		"compile-name":    compile(name),
		"compile-unicode": compile(`(?i)\p{L}+[^\s]\d{2,3}`),
		"compile-large":   compile(`(?:[a-z]{1,63}\.){1,8}[a-z]{2,63}`),
		"match-name":      with(name, func(re *regexp.Regexp) { re.MatchString("release-name-of-a-chart") }),
		"match-none":      with(`foo.*bar`, func(re *regexp.Regexp) { re.MatchString(text) }),
		"match-hard":      with(`(x+x+)+y`, func(re *regexp.Regexp) { re.MatchString("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") }),
		"find-words":      with(`\w+`, func(re *regexp.Regexp) { re.FindAllString(text, -1) }),
		"find-letters":    with(`\pL+`, func(re *regexp.Regexp) { re.FindAllString(text, -1) }),
		"find-either":     with(`fox|dogs|früher`, func(re *regexp.Regexp) { re.FindAllString(text, -1) }),
		"find-any-case":   with(`(?i)QUICK|LAZY`, func(re *regexp.Regexp) { re.FindAllString(text, -1) }),
		"replace-groups":  with(`(\w+)=(\S+)`, func(re *regexp.Regexp) { re.ReplaceAllString(text, "$2=${1}") }),
		"split":           with(`[,;]\s*`, func(re *regexp.Regexp) { re.Split(text, -1) }),
		// As templates do it, which compile the pattern at every call.
		"sprig-replace": func() { regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString("Feature/ABC_123 release", "-") },
	}
}

package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"regexp"
	"strconv"
	"strings"

	yaml2 "go.yaml.in/yaml/v2"
)

// areas are the operations that each area's inputs go through.
var areas = map[string]struct {
	ops  []string
	text bool // whether the input is YAML; a value if not
}{
	"yaml-read-v2":  {[]string{"value", "strict", "json"}, true},
	"yaml-read-v3":  {[]string{"v3json", "tree"}, true},
	"yaml-write-v2": {[]string{"marshal", "v2"}, false},
	"yaml-write-v3": {[]string{"v3", "v3:4", "v3:9", "emit", "emit:4", "restyle", "restyle:3"}, true},
}

// fuzz writes random cases: count of them, or without end if it is negative.
func fuzz(area string, r *rand.Rand, count int, out *bufio.Writer) error {
	a, ok := areas[area]
	if !ok {
		return fmt.Errorf("no area %q", area)
	}
	g := &generator{r}
	for written := 0; written != count; {
		op := a.ops[r.Intn(len(a.ops))]
		isValue := !a.text || op[:2] == "v3" && area == "yaml-write-v3"
		var input string
		if isValue {
			input = g.valueJSON()
		} else {
			input = g.document()
		}
		if len(input) > 4000 || !isValue && !stable(input) || isValue && longDigits.MatchString(input) {
			continue
		}
		if err := writeCase(out, caseLine(op, input), op, input); err != nil {
			return err
		}
		written++
	}
	return nil
}

// Sorting keys whose numbers overflow is no order: what comes out depends on the order of Go's map.
var longDigits = regexp.MustCompile(`\d{18}`)

// stable tells whether Go answers alike in each run. It does not where the random order of a map decides: two keys
// that are the same in JSON, or several that JSON cannot have.
func stable(input string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = true
		}
	}()
	// The library looks for a mark at the start of its buffer instead of at the place where it reads: what becomes of
	// one inside the text depends on where the buffer begins.
	if _, rest, found := strings.Cut(input, "\ufeff"); found && (rest != input[3:] || strings.Contains(rest, "\ufeff")) {
		return false
	}
	var v interface{}
	if err := yaml2.Unmarshal([]byte(input), &v); err != nil {
		return true
	}
	return distinct(v)
}

func distinct(v interface{}) bool {
	switch v := v.(type) {
	case []interface{}:
		for _, e := range v {
			if !distinct(e) {
				return false
			}
		}
	case map[interface{}]interface{}:
		seen := map[string]bool{}
		bad := 0
		for k, e := range v {
			text, ok := jsonKey(k)
			if !ok {
				bad++
			} else if seen[text] {
				return false
			}
			seen[text] = true
			if !distinct(e) || !unfailing(e) && len(v) > 1 {
				return false
			}
		}
		return bad == 0 || len(v) == 1
	}
	return true
}

// unfailing tells whether nothing in a value keeps it from being JSON: where two entries of a map fail, either is told.
func unfailing(v interface{}) bool {
	switch v := v.(type) {
	case []interface{}:
		for _, e := range v {
			if !unfailing(e) {
				return false
			}
		}
	case map[interface{}]interface{}:
		for k, e := range v {
			if _, ok := jsonKey(k); !ok || !unfailing(e) {
				return false
			}
		}
	}
	return true
}

func jsonKey(k interface{}) (string, bool) {
	switch k := k.(type) {
	case string:
		return k, true
	case int:
		return strconv.Itoa(k), true
	case int64:
		return strconv.FormatInt(k, 10), true
	case bool:
		return strconv.FormatBool(k), true
	case float64:
		return fmt.Sprint(k), true
	}
	return "", false
}

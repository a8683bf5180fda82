// Package area is what the program needs to know of a library whose behaviour it records.
package area

import (
	"encoding/json"
	"math/rand"
	"strings"
)

// Case is an input and, after Answer, what the original makes of it. As JSON it is a line of a file in compat.
type Case interface {
	// Answer asks the original; false if the case is not worth keeping, because the input is of no use
	// or the original says something else each time.
	Answer() bool
}

// Area is one library.
type Area struct {
	// New gives an empty case, into which a recorded line is read.
	New func() Case
	// Line reads a line that is no JSON object, for areas whose inputs are written by hand.
	Line func(line string) Case
	// Random makes an input by the grammar; nil for areas that have only written ones.
	Random func(r *rand.Rand) Case
	// Bench are calls to time, by name.
	Bench map[string]func()
}

// Read reads a line of recorded or written cases; nil for a comment.
func (a Area) Read(line string) (Case, error) {
	if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
		return nil, nil
	}
	if a.Line != nil && !strings.HasPrefix(line, `{"`) {
		return a.Line(line), nil
	}
	c := a.New()
	return c, json.Unmarshal([]byte(line), c)
}

// Pick gives one of several texts.
func Pick(r *rand.Rand, from ...string) string { return from[r.Intn(len(from))] }

package fmt

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// said keeps what was made from being left out.
var said string

// mistaken asks for what its arguments are not.
var mistaken = strings.Join([]string{"%d", "%s", "%!"}, " ")

// benches give strings, as printf and print of a template do.
func benches() map[string]func() {
	printing := func(format string, args ...any) func() {
		return func() { said = fmt.Sprintf(format, args...) }
	}
	return map[string]func(){
		"floats":   printing("%v %v %v %v", 0.1, 1234.5678, 1e21, 6.02214076e23),
		"fixed":    printing("%.2f %8.3f %e", 1234.5678, -0.5, 1e100),
		"integers": printing("%d %5d %x %v", 42, -123456789, 48879, 1<<40),
		"text":     printing("%s-%s:%q %-10s|", "release", "chart", "a \"quoted\" value", "padded"),
		"values":   printing("%v", map[string]any{"a": []any{1, "two", 3.5, nil, true}, "b": map[string]any{"c": "d"}}),
		"mistakes": printing(mistaken, "text", 12, errors.New("extra"), time.Minute),
		"print": func() {
			said = fmt.Sprint("name", 1, 2, true, 3.5, "end")
		},
	}
}

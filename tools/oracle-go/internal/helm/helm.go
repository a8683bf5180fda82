// Package helm runs one-line templates through a real Helm and records what they gave, or how the
// function failed. For what sprig does not have.
package helm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"longshore/tools/oracle-go/internal/area"
	"longshore/tools/oracle-go/internal/value"
)

// Binary is the Helm to run.
var Binary = "helm"

// Area is Helm.
var Area = area.Area{
	New:  func() area.Case { return &row{} },
	Line: func(line string) area.Case { return &row{Template: value.Text(line)} },
}

type row struct {
	Template value.Text `json:"template"`
	Want     value.Text `json:"want,omitempty"`
	Error    string     `json:"error,omitempty"`
}

func (c *row) Answer() bool {
	chart, err := os.MkdirTemp("", "oracle-helm")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(chart)
	write := func(name, text string) {
		path := filepath.Join(chart, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	write("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n")
	// In a comment, so that whatever is printed is YAML.
	write("templates/t.yaml", "# <"+string(c.Template)+">\na: b\n")
	var stdout, stderr bytes.Buffer
	command := exec.Command(Binary, "template", chart)
	command.Stdout, command.Stderr = &stdout, &stderr
	c.Want, c.Error = "", ""
	if err := command.Run(); err == nil {
		_, text, _ := strings.Cut(stdout.String(), "# <")
		text, _, _ = strings.Cut(text, ">\na: b")
		c.Want = value.Text(text)
		return true
	}
	_, text, _ := strings.Cut(stderr.String(), "error calling ")
	text, _, _ = strings.Cut(text, "\n")
	if text == "" {
		fmt.Fprintln(os.Stderr, c.Template, stderr.String())
	}
	c.Error = "error calling " + text
	return true
}

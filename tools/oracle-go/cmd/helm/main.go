// Command helm runs one-line templates through a real Helm and prints what they gave, or how the
// function failed: one JSON object a line. For what sprig does not have.
//
//	go run ./cmd/helm -helm PATH -templates FILE
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"longshore/tools/oracle-go/internal/value"
)

type row struct {
	Template string `json:"template"`
	Want     any    `json:"want,omitempty"`
	Error    string `json:"error,omitempty"`
}

func main() {
	helm := flag.String("helm", "helm", "the binary")
	templates := flag.String("templates", "", "a file with a template on each line")
	flag.Parse()
	file, err := os.Open(*templates)
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "oracle-helm")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	chart := filepath.Join(dir, "c")
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
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		// In a comment, so that whatever is printed is YAML.
		write("templates/t.yaml", "# <"+line+">\na: b\n")
		var stdout, stderr bytes.Buffer
		command := exec.Command(*helm, "template", chart)
		command.Stdout, command.Stderr = &stdout, &stderr
		c := row{Template: line}
		if err := command.Run(); err == nil {
			_, text, _ := strings.Cut(stdout.String(), "# <")
			text, _, _ = strings.Cut(text, ">\na: b")
			c.Want = value.Text(text)
		} else {
			_, text, _ := strings.Cut(stderr.String(), "error calling ")
			text, _, _ = strings.Cut(text, "\n")
			if text == "" {
				fmt.Fprintln(os.Stderr, line, stderr.String())
			}
			c.Error = "error calling " + text
		}
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

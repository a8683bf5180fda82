// Oracle-yaml answers what Go's YAML libraries make of given inputs: it records the cases in
// compat/yaml and serves differential runs.
//
//	oracle-yaml record [AREA] < cases      each case again, with what the library makes of it
//	oracle-yaml fuzz AREA -seed N         random cases without end, recorded; -n COUNT ends them
//
// A case is a line `OP INPUT`, where INPUT is a JSON string, and below it one with what came out:
// ` = OUTPUT` or ` ! ERROR`, each again a JSON string. In a file that is recorded again, comments and
// empty lines are kept, old answers replaced. The areas are yaml-read-v2, yaml-read-v3, yaml-write-v2 and
// yaml-write-v3.
//
// Operations:
//
//	value        sigs.k8s.io/yaml Unmarshal into interface{}, printed as JSON
//	strict       the same with UnmarshalStrict
//	json         sigs.k8s.io/yaml YAMLToJSON
//	marshal      sigs.k8s.io/yaml Marshal of a value
//	v2           go.yaml.in/yaml/v2 Marshal of a value
//	v3           go.yaml.in/yaml/v3 Encoder of a value, indent 2
//	v3json       go.yaml.in/yaml/v3 Unmarshal into interface{}, printed as JSON
//	tree         go.yaml.in/yaml/v3 nodes of all documents, printed one per line
//	emit         go.yaml.in/yaml/v3 nodes of all documents, encoded again, indent 2
//	restyle      the same, with other styles and comments given to the nodes before: see restyle
//	kio          kyaml: kio.ParseAll, an annotation set on every object, kio.StringAll
//	unkio        kyaml: kio.ParseAll, that annotation cleared from every object, kio.StringAll
//
// An operation with `:4` behind it indents by 4 instead of 2. One with `@` behind it has its input in base64, for inputs that are no valid text.
//
// A value is JSON in which an object with a single key `$…` stands for a Go type: see decode.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	// A reader that goes away is an ordinary end: writing fails, and the program with it.
	signal.Ignore(syscall.SIGPIPE)
	usage := errors.New("usage: oracle-yaml record | fuzz AREA -seed N | bench [CASE]")
	if len(args) == 0 {
		return usage
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	defer out.Flush()
	switch args[0] {
	case "record":
		return record(os.Stdin, out)
	case "bench":
		return bench(args[1:], out)
	case "fuzz":
		if len(args) < 2 {
			return usage
		}
		flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
		seed := flags.Int64("seed", 1, "seed of the generator")
		count := flags.Int("n", -1, "how many cases; without end if negative")
		if err := flags.Parse(args[2:]); err != nil {
			return err
		}
		return fuzz(args[1], rand.New(rand.NewSource(*seed)), *count, out)
	}
	return usage
}

func record(in io.Reader, out *bufio.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, " ") {
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			if _, err := fmt.Fprintln(out, line); err != nil {
				return err
			}
			continue
		}
		op, quoted, _ := strings.Cut(line, " ")
		var input string
		if err := json.Unmarshal([]byte(quoted), &input); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		plain, encoded := strings.CutSuffix(op, "@")
		if encoded {
			b, err := base64.StdEncoding.DecodeString(input)
			if err != nil {
				return fmt.Errorf("%s: %w", line, err)
			}
			input = string(b)
		}
		if err := writeCase(out, line, plain, input); err != nil {
			return err
		}
	}
	return lines.Err()
}

// writeCase answers an operation and writes the answer below the case's first line.
func writeCase(out io.Writer, line, op, input string) error {
	result, err := answer(op, input)
	mark := "="
	if err != nil {
		mark, result = "!", err.Error()
	}
	_, err = fmt.Fprintf(out, "%s\n %s %s\n", line, mark, quote(result))
	return err
}

// caseLine is the first line of a case.
func caseLine(op, input string) string {
	shown := quote(input)
	var back string
	if err := json.Unmarshal([]byte(shown), &back); err == nil && back == input {
		return op + " " + shown
	}
	return op + "@ " + quote(base64.StdEncoding.EncodeToString([]byte(input)))
}

func quote(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

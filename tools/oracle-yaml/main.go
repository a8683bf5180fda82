// Oracle-yaml answers what Go's YAML libraries make of given inputs: it records the cases in
// compat/yaml and serves differential runs.
//
// It reads lines `OP INPUT`, where INPUT is a JSON string, and writes for each the line itself and one
// with what came out: ` = OUTPUT` or ` ! ERROR`, each again a JSON string. Lines that are empty, start
// with `#` or with a space (old answers) are dropped or kept as they are, so that a recorded file
// can be fed in again.
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
//
// An operation with `@` behind it has its input in base64, for inputs that are no valid text.
//
// A value is JSON in which an object with a single key `$…` stands for a Go type: see decode.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		line := in.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			fmt.Fprintln(out, line)
			continue
		}
		if strings.HasPrefix(line, " ") {
			continue
		}
		op, quoted, _ := strings.Cut(line, " ")
		var input string
		if err := json.Unmarshal([]byte(quoted), &input); err != nil {
			fmt.Fprintf(os.Stderr, "bad line: %s: %v\n", line, err)
			os.Exit(1)
		}
		fmt.Fprintln(out, line)
		op, encoded := strings.CutSuffix(op, "@")
		if encoded {
			b, err := base64.StdEncoding.DecodeString(input)
			if err != nil {
				fmt.Fprintf(os.Stderr, "bad base64: %s: %v\n", line, err)
				os.Exit(1)
			}
			input = string(b)
		}
		result, err := answer(op, input)
		if err != nil {
			fmt.Fprintf(out, " ! %s\n", quote(err.Error()))
		} else {
			fmt.Fprintf(out, " = %s\n", quote(result))
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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

// answer runs one operation. A panic of the library is an answer too.
func answer(op, input string) (result string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	switch op {
	case "value", "strict":
		unmarshal := sigs.Unmarshal
		if op == "strict" {
			unmarshal = sigs.UnmarshalStrict
		}
		var v interface{}
		if err := unmarshal([]byte(input), &v); err != nil {
			return "", err
		}
		return asJSON(v)
	case "json":
		b, err := sigs.YAMLToJSON([]byte(input))
		return string(b), err
	case "v3json":
		var v interface{}
		if err := yaml3.Unmarshal([]byte(input), &v); err != nil {
			return "", err
		}
		return asJSON(v)
	case "marshal", "v2", "v3":
		v, err := decode(input)
		if err != nil {
			return "", err
		}
		return write(op, v)
	case "tree", "emit":
		return nodes(op, input)
	}
	return "", fmt.Errorf("unknown operation %q", op)
}

func asJSON(v interface{}) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func write(op string, v interface{}) (string, error) {
	switch op {
	case "marshal":
		b, err := sigs.Marshal(v)
		return string(b), err
	case "v2":
		b, err := yaml2.Marshal(v)
		return string(b), err
	default:
		var b bytes.Buffer
		e := yaml3.NewEncoder(&b)
		e.SetIndent(2)
		if err := e.Encode(v); err != nil {
			return "", err
		}
		err := e.Close()
		return b.String(), err
	}
}

func nodes(op, input string) (string, error) {
	d := yaml3.NewDecoder(strings.NewReader(input))
	var b bytes.Buffer
	e := yaml3.NewEncoder(&b)
	e.SetIndent(2)
	encoded := false
	for {
		var n yaml3.Node
		err := d.Decode(&n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		if op == "tree" {
			dump(&b, &n, 0)
			continue
		}
		if err := e.Encode(&n); err != nil {
			return "", err
		}
		encoded = true
	}
	if encoded {
		if err := e.Close(); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

var kinds = map[yaml3.Kind]string{
	yaml3.DocumentNode: "document",
	yaml3.MappingNode:  "mapping",
	yaml3.SequenceNode: "sequence",
	yaml3.ScalarNode:   "scalar",
	yaml3.AliasNode:    "alias",
}

// dump prints a node and what it holds: line:column kind style tag value anchor comments.
func dump(b *bytes.Buffer, n *yaml3.Node, depth int) {
	style := ""
	for _, s := range []struct {
		bit  yaml3.Style
		name string
	}{
		{yaml3.SingleQuotedStyle, "single"}, {yaml3.DoubleQuotedStyle, "double"},
		{yaml3.LiteralStyle, "literal"}, {yaml3.FoldedStyle, "folded"}, {yaml3.FlowStyle, "flow"},
		{yaml3.TaggedStyle, "tagged"},
	} {
		if n.Style&s.bit != 0 {
			style += " " + s.name
		}
	}
	fmt.Fprintf(b, "%s%d:%d %s%s %q %q %q %q %q %q\n", strings.Repeat(" ", depth), n.Line, n.Column,
		kinds[n.Kind], style, n.Tag, n.Value, n.Anchor, n.HeadComment, n.LineComment, n.FootComment)
	for _, c := range n.Content {
		dump(b, c, depth+1)
	}
}

// decode reads a value: JSON, numbers as float64, and {"$int": "1"}, {"$uint": "1"},
// {"$float": "NaN"}, {"$str": base64}, {"$bytes": base64}, {"$duration": "ns"}.
func decode(input string) (interface{}, error) {
	var v interface{}
	if err := json.Unmarshal([]byte(input), &v); err != nil {
		return nil, err
	}
	return typed(v)
}

func typed(v interface{}) (interface{}, error) {
	switch v := v.(type) {
	case []interface{}:
		for i := range v {
			t, err := typed(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = t
		}
		return v, nil
	case map[string]interface{}:
		for k, e := range v {
			s, isString := e.(string)
			if len(v) == 1 && isString && strings.HasPrefix(k, "$") {
				return special(k, s)
			}
			t, err := typed(e)
			if err != nil {
				return nil, err
			}
			v[k] = t
		}
		return v, nil
	}
	return v, nil
}

func special(kind, s string) (interface{}, error) {
	switch kind {
	case "$int":
		return strconv.ParseInt(s, 10, 64)
	case "$uint":
		return strconv.ParseUint(s, 10, 64)
	case "$float":
		switch s {
		case "NaN":
			return math.NaN(), nil
		case "+Inf":
			return math.Inf(1), nil
		case "-Inf":
			return math.Inf(-1), nil
		}
		return strconv.ParseFloat(s, 64)
	case "$str":
		b, err := base64.StdEncoding.DecodeString(s)
		return string(b), err
	case "$bytes":
		return base64.StdEncoding.DecodeString(s)
	case "$duration":
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Duration(n), err
	}
	return map[string]interface{}{kind: s}, nil
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// answer runs one operation. A panic of the library is an answer too.
func answer(op, input string) (result string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	indent := 2
	if name, number, ok := strings.Cut(op, ":"); ok {
		if indent, err = strconv.Atoi(number); err != nil {
			return "", err
		}
		op = name
	}
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
		return write(op, v, indent)
	case "tree", "emit", "restyle":
		return nodes(op, input, indent)
	case "kio", "unkio":
		return objects(op, input)
	}
	return "", fmt.Errorf("unknown operation %q", op)
}

func asJSON(v interface{}) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func write(op string, v interface{}, indent int) (string, error) {
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
		e.SetIndent(indent)
		if err := e.Encode(v); err != nil {
			return "", err
		}
		err := e.Close()
		return b.String(), err
	}
}

func nodes(op, input string, indent int) (string, error) {
	d := yaml3.NewDecoder(strings.NewReader(input))
	var b bytes.Buffer
	e := yaml3.NewEncoder(&b)
	e.SetIndent(indent)
	encoded, seen := false, 0
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
			dump(&b, &n, 0, 0, false)
			continue
		}
		if op == "restyle" {
			restyle(&n, &seen)
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

// restyle gives every node another style, and every other one a comment, by a fixed rule.
func restyle(n *yaml3.Node, seen *int) {
	styles := []yaml3.Style{
		0, yaml3.FlowStyle, yaml3.DoubleQuotedStyle, yaml3.LiteralStyle, 0, yaml3.SingleQuotedStyle, yaml3.FoldedStyle,
	}
	i := *seen
	*seen++
	if n.Kind == yaml3.ScalarNode || i%3 == 0 {
		n.Style = n.Style&yaml3.TaggedStyle | styles[(i+len(n.Value))%len(styles)]
	}
	switch i % 8 {
	case 1:
		n.HeadComment = fmt.Sprintf("# head %d", i)
	case 3:
		n.LineComment = fmt.Sprintf("line %d", i)
	case 5:
		n.FootComment = fmt.Sprintf("# foot %d\n# more", i)
	case 7:
		n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	}
	for _, c := range n.Content {
		restyle(c, seen)
	}
}

var kinds = map[yaml3.Kind]string{
	yaml3.DocumentNode: "document",
	yaml3.MappingNode:  "mapping",
	yaml3.SequenceNode: "sequence",
	yaml3.ScalarNode:   "scalar",
	yaml3.AliasNode:    "alias",
}

// dump prints a node and what it holds: line:column kind style tag value anchor comments.
//
// The place of an absent value is none: that of `[a: ]` the library reads through a pointer to what no longer is
// there.
func dump(b *bytes.Buffer, n *yaml3.Node, depth int, parent yaml3.Kind, absent bool) {
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
	place := fmt.Sprintf("%d:%d", n.Line, n.Column)
	if absent {
		place = "-"
	}
	fmt.Fprintf(b, "%s%s %s%s %q %q %q %q %q %q\n", strings.Repeat(" ", depth), place,
		kinds[n.Kind], style, n.Tag, n.Value, n.Anchor, n.HeadComment, n.LineComment, n.FootComment)
	pair := n.Kind == yaml3.MappingNode && n.Style&yaml3.FlowStyle != 0 && parent == yaml3.SequenceNode
	for _, c := range n.Content {
		absent := pair && c.Kind == yaml3.ScalarNode && c.Style == 0 && c.Value == ""
		dump(b, c, depth+1, n.Kind, absent)
	}
}

package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	yaml3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// What is read and written is made of these, NUMBER replaced; `crates/longshore-yaml/examples/bench.rs`
// makes the same of them.
var (
	//go:embed inputs/manifests.yaml
	manifests string
	//go:embed inputs/values.yaml
	valuesFile string
	//go:embed inputs/blocks.yaml
	blocks string
	//go:embed inputs/flow.json
	flow string
)

// benches are the cases, each with what makes one operation of it.
var benches = []struct {
	name    string
	prepare func() func()
}{
	{"read-v2-value", func() func() { return readV2(list(manifests, 200)) }},
	{"read-v2-blocks", func() func() { return readV2(list(blocks, 300)) }},
	{"read-v2-flow", func() func() { return readV2(flowList(1000)) }},
	{"read-v2-small", func() func() {
		texts := small()
		return func() {
			for _, text := range texts {
				must(sigs.Unmarshal(text, new(interface{})))
			}
		}
	}},
	{"read-v3-value", func() func() {
		text := list(manifests, 200)
		return func() { must(yaml3.Unmarshal(text, new(interface{}))) }
	}},
	{"read-v3-node", func() func() { return readNodes(stream(manifests, 200)) }},
	{"read-v3-node-comments", func() func() { return readNodes(mapping(valuesFile, 300)) }},
	{"read-v3-node-blocks", func() func() { return readNodes(stream(blocks, 300)) }},
	{"read-v3-node-flow", func() func() { return readNodes(flowList(1000)) }},
	{"read-v3-node-small", func() func() {
		texts := small()
		return func() {
			for _, text := range texts {
				documentNodes(text)
			}
		}
	}},
	{"write-v2", func() func() { return writeV2(list(manifests, 200)) }},
	{"write-v2-blocks", func() func() { return writeV2(list(blocks, 300)) }},
	{"write-v3", func() func() {
		value := read(list(manifests, 200))
		return func() { encode(value) }
	}},
	{"write-v3-node", func() func() { return writeNodes(stream(manifests, 200)) }},
	{"write-v3-node-comments", func() func() { return writeNodes(mapping(valuesFile, 300)) }},
}

// bench does one case for half a second and prints what it cost; without a case, it lists them.
func bench(args []string, out *bufio.Writer) error {
	for _, b := range benches {
		if len(args) == 0 {
			fmt.Fprintln(out, b.name)
			continue
		}
		if b.name != args[0] {
			continue
		}
		operation := b.prepare()
		operation()
		start, count := time.Now(), 0
		for time.Since(start) < 500*time.Millisecond {
			operation()
			count++
		}
		fmt.Fprintln(out, time.Since(start).Nanoseconds()/int64(count), peak())
		return nil
	}
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("no case %q", args[0])
}

// peak is the most memory that the process ever held, in KiB.
func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	return strings.Fields(rest)[0]
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func numbered(text string, number int) string {
	return strings.ReplaceAll(text, "NUMBER", strconv.Itoa(number))
}

// stream is so many copies of the documents in a row.
func stream(documents string, copies int) []byte {
	var b bytes.Buffer
	for i := range copies {
		b.WriteString("---\n")
		b.WriteString(numbered(documents, i))
	}
	return b.Bytes()
}

// list is the copies as the items of one document.
func list(documents string, copies int) []byte {
	var b bytes.Buffer
	b.WriteString("items:\n")
	for _, document := range strings.Split(strings.TrimPrefix(string(stream(documents, copies)), "---\n"), "---\n") {
		b.WriteString("-")
		b.WriteString(strings.TrimPrefix(indented(document), " "))
	}
	return b.Bytes()
}

// mapping is the copies as the values of one mapping.
func mapping(document string, copies int) []byte {
	var b bytes.Buffer
	for i := range copies {
		fmt.Fprintf(&b, "copy%d:\n%s", i, indented(document))
	}
	return b.Bytes()
}

func indented(document string) string {
	var b strings.Builder
	for line := range strings.Lines(document) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// flowList is JSON.
func flowList(copies int) []byte {
	items := make([]string, copies)
	for i := range items {
		items[i] = numbered(flow, i)
	}
	return []byte(`{"items":[` + strings.Join(items, ",") + "]}")
}

// small is documents of one manifest each.
func small() [][]byte {
	return bytes.SplitAfter(bytes.TrimPrefix(stream(manifests, 20), []byte("---\n")), []byte("---\n"))
}

func read(text []byte) interface{} {
	var value interface{}
	must(sigs.Unmarshal(text, &value))
	return value
}

func readV2(text []byte) func() {
	return func() { read(text) }
}

func writeV2(text []byte) func() {
	value := read(text)
	return func() {
		_, err := sigs.Marshal(value)
		must(err)
	}
}

func documentNodes(text []byte) []*yaml3.Node {
	decoder := yaml3.NewDecoder(bytes.NewReader(text))
	var documents []*yaml3.Node
	for {
		node := new(yaml3.Node)
		if err := decoder.Decode(node); err == io.EOF {
			return documents
		} else {
			must(err)
		}
		documents = append(documents, node)
	}
}

func readNodes(text []byte) func() {
	return func() { documentNodes(text) }
}

func encode(values ...interface{}) {
	var b bytes.Buffer
	encoder := yaml3.NewEncoder(&b)
	encoder.SetIndent(2)
	for _, value := range values {
		must(encoder.Encode(value))
	}
	must(encoder.Close())
}

func writeNodes(text []byte) func() {
	var values []interface{}
	for _, node := range documentNodes(text) {
		values = append(values, node)
	}
	return func() { encode(values...) }
}

package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"text/template"
	"text/template/parse"
	"time"
	"unicode/utf8"
)

// fuzz writes recorded random cases from the one called `from` on, each made by a seed of its own.
func fuzz(seed, from uint64, count int) {
	buffer := bufio.NewWriterSize(os.Stdout, 1<<16)
	out := json.NewEncoder(buffer)
	out.SetEscapeHTML(false)
	data := caseData(&Case{Dataset: "fuzz"})
	unstable := addresses()
	watch := newWatch(seed, count, buffer)
	for i := from; count == 0 || i < uint64(count); i++ {
		watch.begin(i)
		c := random(seed, i)
		root, name, err := c.parse()
		if err != nil {
			c.Outcome = Outcome{Error: err.Error(), Phase: "parse"}
		} else if endless(root) {
			watch.end()
			continue
		} else {
			c.Outcome = execute(root, name, data)
		}
		watch.end() // what follows may wait for the reader
		if c.OutputSum != "" || foreign.MatchString(fmt.Sprint(c.Sources)) || shows(&c.Outcome, unstable) {
			continue
		}
		if out.Encode(c) != nil {
			return // the reader has gone
		}
	}
	buffer.Flush()
}

// foreign are the methods of a time that need the zone of the machine, or give what no template can use.
var foreign = regexp.MustCompile(`(tm|\))\.(In|Local|Location|Append|Marshal|Gob|ISOWeek|Zone|Clock|Date)`)

// watch starts the program anew behind a case that takes too long: nothing else can end an execution.
type watch struct {
	number, began atomic.Uint64
}

func newWatch(seed uint64, count int, buffer *bufio.Writer) *watch {
	var w watch
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			began, number := w.began.Load(), w.number.Load()
			if began == 0 || time.Since(time.Unix(0, int64(began))) < time.Second || began != w.began.Load() {
				continue
			}
			buffer.Flush()
			program, err := os.Executable()
			must(err)
			must(syscall.Exec(program, []string{program, "fuzz", "template",
				"-seed", fmt.Sprint(seed), "-n", fmt.Sprint(count), "-from", fmt.Sprint(number + 1)}, os.Environ()))
		}
	}()
	return &w
}

func (w *watch) begin(number uint64) {
	w.number.Store(number)
	w.began.Store(uint64(time.Now().UnixNano()))
}

func (w *watch) end() { w.began.Store(0) }

// random makes one case.
func random(seed, number uint64) *Case {
	g := &generator{rand: rand.New(rand.NewPCG(seed, number))}
	g.wild = g.chance(25)
	c := &Case{Name: fmt.Sprintf("seed-%d-%d", seed, number), Dataset: "fuzz"}
	if g.chance(40) {
		c.Sources = append(c.Sources, Source{Name: "lib.tpl", Text: g.library()})
	}
	c.Sources = append(c.Sources, Source{Name: g.one("dir/main.yaml", "main", "a b", "main"), Text: g.file()})
	if g.chance(5) {
		c.Sources = append(c.Sources, Source{Name: g.one("lib.tpl", "main", "d1", "extra"), Text: g.file()})
	}
	if g.chance(15) {
		c.Missing = g.one("zero", "error", "default", "invalid")
	}
	if g.chance(4) {
		c.Execute = g.one("d1", "d2", "b1", "absent", "lib.tpl")
	}
	if g.chance(25) {
		last := &c.Sources[g.rand.IntN(len(c.Sources))]
		for range 1 + g.rand.IntN(2) {
			last.Text = g.mutate(last.Text)
		}
	}
	if g.chance(4) {
		g.delimit(c)
	}
	for i, s := range c.Sources {
		if !utf8.ValidString(s.Text) {
			c.Sources[i].Hex = hex.EncodeToString([]byte(s.Text))
			c.Sources[i].Text = ""
		}
	}
	return c
}

// delimit gives the case other delimiters than the usual ones.
func (g *generator) delimit(c *Case) {
	pairs := [][]string{{"<<", ">>"}, {"[[", "]]"}, {"|", "|"}, {"(日)", "(本)"}, {"<%=", "%>"}, {"{", "}"}, {"", "}}}"}, {"{{{", ""}, {"-", "-"}, {"/*", "*/"}}
	c.Delims = pairs[g.rand.IntN(len(pairs))]
	if g.chance(20) {
		return // and leaves the text as it is
	}
	left, right := c.Delims[0], c.Delims[1]
	if left == "" {
		left = "{{"
	}
	if right == "" {
		right = "}}"
	}
	for i := range c.Sources {
		c.Sources[i].Text = strings.NewReplacer("{{", left, "}}", right).Replace(c.Sources[i].Text)
	}
}

// endless tells whether the templates could call themselves without end, or count to a large number.
func endless(root *template.Template) bool {
	calls := map[string][]string{}
	ranges, large := false, false
	for _, t := range root.Templates() {
		if t.Tree == nil {
			continue
		}
		var names []string
		inspect(reflect.ValueOf(t.Root), func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TemplateNode:
				names = append(names, n.Name)
			case *parse.StringNode:
				names = append(names, n.Text)
				// What tpl gets may call anything.
				if strings.Contains(n.Text, "{{") {
					for _, other := range root.Templates() {
						if strings.Contains(n.Text, strconv.Quote(other.Name())) {
							names = append(names, other.Name())
						}
					}
				}
				large = large || strings.Contains(n.Text, "000000")
			case *parse.RangeNode:
				ranges = true
			case *parse.NumberNode:
				large = large || n.IsInt && n.Int64 > 2000 || n.IsUint && n.Uint64 > 2000
			}
		})
		calls[t.Name()] = names
	}
	if ranges && large {
		return true
	}
	state := map[string]int{}
	var loops func(name string) bool
	loops = func(name string) bool {
		switch state[name] {
		case 1:
			return name != "countdown"
		case 2:
			return false
		}
		state[name] = 1
		for _, callee := range calls[name] {
			if loops(callee) {
				return true
			}
		}
		state[name] = 2
		return false
	}
	for name := range calls {
		if loops(name) {
			return true
		}
	}
	return false
}

// inspect calls visit for every node below a value of the parse tree.
func inspect(v reflect.Value, visit func(parse.Node)) {
	switch v.Kind() {
	case reflect.Interface:
		inspect(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			if v.Type().Elem().Kind() == reflect.Uint8 {
				return
			}
			inspect(v.Index(i), visit)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*parse.Tree]() {
			return
		}
		if n, ok := v.Interface().(parse.Node); ok {
			visit(n)
		}
		inspect(v.Elem(), visit)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				inspect(v.Field(i), visit)
			}
		}
	}
}

// addresses are the texts of the addresses of functions: Go prints them, and they mean nothing.
func addresses() []string {
	var texts []string
	all := []any{values["maker"].(func() func(string, string) string)()}
	for _, f := range values {
		all = append(all, f)
	}
	for _, f := range all {
		if address := reflect.ValueOf(f).Pointer(); address != 0 {
			for _, format := range []string{"%d", "%x", "%X", "%o", "%b"} {
				texts = append(texts, fmt.Sprintf(format, address))
			}
		}
	}
	return texts
}

func shows(o *Outcome, texts []string) bool {
	var output string
	if o.Output != nil {
		output = *o.Output
	} else if bytes, err := hex.DecodeString(o.OutputHex); err == nil {
		output = string(bytes)
	}
	for _, where := range []string{output, o.Error} {
		if strings.Contains(where, "0xc0") || strings.Contains(where, "0xC0") || strings.Contains(where, "too much output") {
			return true
		}
		if len(where) < 6 {
			continue
		}
		for _, text := range texts {
			if strings.Contains(where, text) {
				return true
			}
		}
	}
	return false
}

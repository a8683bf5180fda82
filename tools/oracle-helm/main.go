// Oracle-helm is what `helm template` does, of 4.3.1 and of 3.22.0, for many charts in one process.
//
//	oracle-helm 4.3 < cases.jsonl    a line of JSON for each case: what Helm prints, or its error
//	oracle-helm 3.22 < cases.jsonl
//
// A case is described in compat/odd. Both Helms call the packages that their command line calls, in its order;
// only the reading of flags and the printing are done here. Nothing is asked of a cluster or of the network.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Case is one chart with values and flags.
type Case struct {
	// Files of the chart, each with its text; "base64:" begins what is no text.
	Files [][2]string `json:"files,omitempty"`
	// Archive is the packed chart, in base64.
	Archive string `json:"archive,omitempty"`
	// Values are files of -f, named v0.yaml, v1.yaml and so on.
	Values []string `json:"values,omitempty"`
	// Flags, each with its name (set, set-string, set-json, set-file, set-literal) and its value.
	Flags [][2]string `json:"flags,omitempty"`
}

// Answer is what Helm makes of a case.
type Answer struct {
	Output string `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
	// Log is what it warned of on the way, without times.
	Log []string `json:"log,omitempty"`
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: oracle-helm 4.3|3.22"))
	}
	var helm func(*Case, string) (string, error)
	switch os.Args[1] {
	case "4.3":
		helm = helm4
	case "3.22":
		helm = helm3
	default:
		fail(fmt.Errorf("no level %q", os.Args[1]))
	}
	log.SetFlags(0)
	log.SetOutput(&logged)
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{ReplaceAttr: plain})))
	folder, err := os.MkdirTemp(memory(), "oracle-helm")
	must(err)
	defer os.RemoveAll(folder)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for number := 0; ; number++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		must(err)
		var c Case
		must(json.Unmarshal(line, &c))
		must(encoder.Encode(answer(helm, &c, filepath.Join(folder, "work"))))
		if in.Buffered() == 0 {
			must(out.Flush())
		}
	}
	must(out.Flush())
}

// memory is where files cost no disk, if there is such a place.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// answer runs a case in a folder of its own. What Helm itself panics over is an error here.
func answer(helm func(*Case, string) (string, error), c *Case, folder string) (a Answer) {
	defer func() {
		if r := recover(); r != nil {
			a = Answer{Error: fmt.Sprintf("panic: %v", r)}
		}
		os.RemoveAll(folder)
		a.Error = strings.ReplaceAll(strings.ReplaceAll(a.Error, folder+"/", ""), folder, "")
		a.Log = logged.take()
	}()
	logged.take()
	must(os.Mkdir(folder, 0o755))
	chart := filepath.Join(folder, "chart")
	if c.Archive != "" {
		chart += ".tgz"
		must(os.WriteFile(chart, binary(c.Archive), 0o644))
	} else {
		must(os.Mkdir(chart, 0o755))
		for _, file := range c.Files {
			name := filepath.Join(chart, file[0])
			must(os.MkdirAll(filepath.Dir(name), 0o755))
			must(os.WriteFile(name, content(file[1]), 0o644))
		}
	}
	watch := time.AfterFunc(20*time.Second, func() {
		text, _ := json.Marshal(c)
		fail(fmt.Errorf("a case takes too long: %s", text))
	})
	output, err := helm(c, chart)
	watch.Stop()
	if err != nil {
		return Answer{Error: err.Error()}
	}
	return Answer{Output: output}
}

func content(text string) []byte {
	if rest, ok := strings.CutPrefix(text, "base64:"); ok {
		return binary(rest)
	}
	return []byte(text)
}

func binary(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	return bytes
}

// file reads what --set-file names: f1 is there, nothing else.
func file(name []rune) (any, error) {
	if string(name) == "f1" {
		return "line 1\n\"line\" 2\n", nil
	}
	return nil, fmt.Errorf("open %s: no such file or directory", string(name))
}

// of gives the values of all flags of one kind.
func (c *Case) of(kind string) []string {
	var all []string
	for _, flag := range c.Flags {
		if flag[0] == kind {
			all = append(all, flag[1])
		}
	}
	return all
}

// sink keeps lines of logs.
type sink struct {
	sync.Mutex
	lines []string
}

var logged sink

func (s *sink) Write(text []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	s.lines = append(s.lines, strings.TrimSuffix(string(text), "\n"))
	return len(text), nil
}

func (s *sink) take() []string {
	s.Lock()
	defer s.Unlock()
	lines := s.lines
	s.lines = nil
	return lines
}

func plain(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attr
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

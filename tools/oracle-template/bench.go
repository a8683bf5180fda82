package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
)

// bench executes (or parses, if its name begins so) one case for about half a second and prints the
// nanoseconds that one took and the peak of memory; without a name it lists the names.
func bench(names []string) {
	file, err := os.Open(folder + "bench.jsonl")
	must(err)
	defer file.Close()
	for c := range cases(file) {
		switch {
		case len(names) == 0:
			fmt.Println(c.Name)
		case c.Name == names[0]:
			fmt.Printf("%d %d\n", time1(c).Nanoseconds(), peak())
			return
		}
	}
	if len(names) > 0 {
		fail(fmt.Errorf("no case is called %q", names[0]))
	}
}

// time1 is the time of one execution.
func time1(c *Case) time.Duration {
	work := func() {
		_, _, err := c.parse()
		must(err)
	}
	if !strings.HasPrefix(c.Name, "parse-") {
		root, name, err := c.parse()
		must(err)
		data := caseData(c)
		var out bytes.Buffer
		work = func() {
			out.Reset()
			must(root.ExecuteTemplate(&out, name, data))
		}
	}
	work()
	start := time.Now()
	count := 0
	for time.Since(start) < 500*time.Millisecond {
		work()
		count++
	}
	return time.Since(start) / time.Duration(count)
}

// peak is the most memory that the process has had, in KiB.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	_, err = fmt.Sscan(after, &kib)
	must(err)
	return kib
}

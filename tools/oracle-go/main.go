// Oracle-go runs cases through Go's own libraries, and those that Helm stands on.
//
//	oracle-go record AREA < cases           each case again, with what the original makes of it
//	oracle-go fuzz AREA -seed N             random cases without end, recorded; -n COUNT ends them
//	oracle-go bench [CASE]                  nanoseconds a call and peak memory in KiB; the names of all
//	oracle-go tables NAME                   Unicode tables of longshore-go, as Rust
//
// A case is a line of JSON; the README in compat/go says what is in it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"longshore/tools/oracle-go/internal/area"
	areafmt "longshore/tools/oracle-go/internal/fmt"
	"longshore/tools/oracle-go/internal/helm"
	"longshore/tools/oracle-go/internal/path"
	"longshore/tools/oracle-go/internal/regexp"
	"longshore/tools/oracle-go/internal/semver"
	"longshore/tools/oracle-go/internal/sprig"
	"longshore/tools/oracle-go/internal/strconv"
	"longshore/tools/oracle-go/internal/tables"
	areatime "longshore/tools/oracle-go/internal/time"
)

var areas = map[string]area.Area{
	"fmt":     areafmt.Area,
	"helm":    helm.Area,
	"path":    path.Area,
	"regexp":  regexp.Area,
	"semver":  semver.Area,
	"sprig":   sprig.Area,
	"strconv": strconv.Area,
	"time":    areatime.Area,
}

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	// Answers must not depend on where they are recorded.
	time.Local = time.UTC
	// A reader that goes away is an ordinary end: writing fails, and the program with it.
	signal.Ignore(syscall.SIGPIPE)
	if len(args) == 1 && args[0] == "bench" {
		return listBenches()
	}
	if len(args) < 2 {
		return errors.New("usage: oracle-go record AREA | fuzz AREA -seed N | bench [CASE] | tables NAME")
	}
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	seed := flags.Int64("seed", 1, "fuzz: seed of the generator")
	count := flags.Int("n", -1, "fuzz: how many cases; without end if negative")
	flags.StringVar(&helm.Binary, "helm", "helm", "record helm: the binary")
	if err := flags.Parse(args[2:]); err != nil {
		return err
	}
	switch args[0] {
	case "bench":
		return bench(args[1])
	case "tables":
		return tables.Print(args[1])
	}
	named, ok := areas[args[1]]
	if !ok {
		return fmt.Errorf("no area %q; there are %s", args[1], strings.Join(slices.Sorted(maps.Keys(areas)), ", "))
	}
	buffered := bufio.NewWriterSize(os.Stdout, 1<<16)
	defer buffered.Flush()
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	switch {
	case args[0] == "record":
		return record(named, os.Stdin, out)
	case args[0] == "fuzz" && named.Random != nil:
		return fuzz(named, *seed, *count, out)
	}
	return fmt.Errorf("%s has no %q", args[1], args[0])
}

func record(a area.Area, in io.Reader, out *json.Encoder) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		c, err := a.Read(lines.Text())
		if err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
		if c == nil {
			continue
		}
		if !c.Answer() {
			return fmt.Errorf("cannot be recorded: %s", lines.Text())
		}
		if err := out.Encode(c); err != nil {
			return err
		}
	}
	return lines.Err()
}

func fuzz(a area.Area, seed int64, count int, out *json.Encoder) error {
	r := rand.New(rand.NewSource(seed))
	for written := 0; written != count; {
		c := a.Random(r)
		if !c.Answer() {
			continue
		}
		if err := out.Encode(c); err != nil {
			return err
		}
		written++
	}
	return nil
}

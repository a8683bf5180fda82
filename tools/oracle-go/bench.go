package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// benches are the calls of all areas, under the area's name and their own.
func benches() map[string]func() {
	all := map[string]func(){}
	for name, a := range areas {
		for call, run := range a.Bench {
			all[name+"-"+call] = run
		}
	}
	return all
}

func listBenches() error {
	for _, name := range slices.Sorted(maps.Keys(benches())) {
		fmt.Println(name)
	}
	return nil
}

// bench runs one call for about half a second.
func bench(name string) error {
	call := benches()[name]
	if call == nil {
		return fmt.Errorf("no bench %q", name)
	}
	call()
	calls, start := 0, time.Now()
	for batch := 1; time.Since(start) < 500*time.Millisecond; batch = min(2*batch, 1000) {
		// Some at a time, so that reading the clock does not count.
		for range batch {
			call()
		}
		calls += batch
	}
	perCall := float64(time.Since(start).Nanoseconds()) / float64(calls)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Printf("%.1f %s\n", perCall, strings.Fields(peak)[0])
	return nil
}

package time

import "time"

// The same texts are in crates/longshore-go/examples/bench/time.rs.
func benches() map[string]func() {
	t := time.Unix(1709164800, 123456789).In(time.FixedZone("CET", 3600))
	return map[string]func(){
		"format-rfc3339": func() { t.Format(time.RFC3339Nano) },
		"format-words":   func() { t.Format("Monday, 02 January 2006 at 3:04 PM MST") },
		"parse-rfc3339":  func() { time.Parse(time.RFC3339Nano, "2024-02-29T01:00:00.123456789+01:00") },
		"parse-words": func() {
			time.Parse("Monday, 02 January 2006 at 3:04 PM MST", "Thursday, 29 February 2024 at 1:00 AM CET")
		},
		"parse-duration": func() { time.ParseDuration("2h45m30.5s") },
		"print-duration": func() { _ = (2*time.Hour + 45*time.Minute + 30500*time.Millisecond).String() },
	}
}

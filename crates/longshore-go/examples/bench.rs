//! Times what `oracle-go bench` in `tools/oracle-go` does with Go's libraries; `cargo xtask oracle bench`
//! runs both in turns.
//!
//! `bench CASE` does the case for half a second and prints nanoseconds for one operation and the
//! process's peak of memory in KiB; `bench` lists the cases.

use std::io::{self, Write};
use std::time::{Duration, Instant};

#[path = "bench/fmt.rs"]
mod fmt;
#[path = "bench/regexp.rs"]
mod regexp;
#[path = "bench/semver.rs"]
mod semver;
#[path = "bench/strconv.rs"]
mod strconv;
#[path = "bench/time.rs"]
mod time;

/// A name, and what prepares the operation.
type Case = (&'static str, fn() -> Box<dyn FnMut()>);

const CASES: &[&[Case]] = &[fmt::CASES, regexp::CASES, semver::CASES, strconv::CASES, time::CASES];

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let wanted = std::env::args().nth(1);
    for (name, prepare) in CASES.iter().copied().flatten() {
        match &wanted {
            None => writeln!(out, "{name}")?,
            Some(wanted) if wanted == name => {
                let (nanoseconds, peak) = (time_of(prepare()), peak()?);
                writeln!(out, "{nanoseconds:.1} {peak}")?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Nanoseconds for one operation, over half a second.
fn time_of(mut operation: Box<dyn FnMut()>) -> f64 {
    operation();
    let (start, mut count, mut batch) = (Instant::now(), 0u32, 1);
    while start.elapsed() < Duration::from_millis(500) {
        // Some at a time, so that reading the clock does not count.
        (0..batch).for_each(|_| operation());
        count += batch;
        batch = (2 * batch).min(1000);
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

/// The most memory that the process ever held, in KiB.
fn peak() -> io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    Ok(line.trim().trim_end_matches(" kB").to_owned())
}

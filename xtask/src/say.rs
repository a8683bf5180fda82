//! Everything that xtask prints. Progress goes to standard error, answers to standard output.

use std::io::{self, Write};
use std::time::Duration;

/// Tells what is being done.
pub(crate) fn note(text: &str) {
    // Nobody listens to a closed standard error; that is no reason to stop.
    let _ = writeln!(io::stderr(), "xtask: {text}");
}

/// Tells why a chore failed.
pub(crate) fn failure(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "xtask: error: {error:#}");
}

/// One line of an answer.
pub(crate) fn answer(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A duration as people say it: `0.3 s`, `12 s`, `3 min 20 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..100 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// About how long something usually takes: whole minutes, or seconds if it is less than one.
pub(crate) fn usually(seconds: u32) -> String {
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min", seconds.div_ceil(60)) }
}

/// A size in MiB.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let told = [300, 12_000, 200_000].map(|milliseconds| duration(Duration::from_millis(milliseconds)));
        assert_eq!(told, ["0.3 s", "12 s", "3 min 20 s"]);
        assert_eq!([20, 60, 470].map(usually), ["20 s", "1 min", "8 min"]);
        assert_eq!(mebibytes(1), "1 MiB");
    }
}

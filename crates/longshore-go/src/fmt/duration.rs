//! `time.Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`.

use std::fmt;

use crate::Duration;

impl fmt::Display for Duration {
    /// As Go prints it: the largest unit first, no leading zero units, fractions without trailing zeros.
    ///
    /// ```
    /// use longshore_go::Duration;
    /// assert_eq!(Duration(5_400_000_000_000).to_string(), "1h30m0s");
    /// assert_eq!(Duration(1_500).to_string(), "1.5µs");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.unsigned_abs();
        if nanoseconds == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (unit, digits, name) = match nanoseconds {
            0..1_000 => (1, 0, "ns"),
            1_000..1_000_000 => (1_000, 3, "µs"),
            1_000_000..1_000_000_000 => (1_000_000, 6, "ms"),
            _ => (1_000_000_000, 9, "s"),
        };
        let (mut whole, fraction) = (nanoseconds / unit, nanoseconds % unit);
        if nanoseconds >= 1_000_000_000 {
            let (hours, minutes) = (whole / 3600, whole / 60 % 60);
            if hours > 0 {
                write!(f, "{hours}h")?;
            }
            if hours > 0 || minutes > 0 {
                write!(f, "{minutes}m")?;
            }
            whole %= 60;
        }
        write!(f, "{whole}")?;
        if fraction > 0 {
            let (mut fraction, mut digits) = (fraction, digits);
            while fraction % 10 == 0 {
                (fraction, digits) = (fraction / 10, digits - 1);
            }
            write!(f, ".{fraction:0digits$}")?;
        }
        f.write_str(name)
    }
}

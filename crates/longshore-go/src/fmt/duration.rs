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
        let mut text = Backwards { room: [0; ROOM], start: ROOM };
        let nanoseconds = self.0.unsigned_abs();
        if nanoseconds < 1_000_000_000 {
            let (name, digits) = match nanoseconds {
                0 => ("s", 0),
                1..1_000 => ("ns", 0),
                1_000..1_000_000 => ("µs", 3),
                _ => ("ms", 6),
            };
            text.add(name);
            let whole = text.fraction(nanoseconds, digits);
            text.number(whole);
        } else {
            text.add("s");
            let seconds = text.fraction(nanoseconds, 9);
            text.number(seconds % 60);
            let minutes = seconds / 60;
            if minutes > 0 {
                text.add("m");
                text.number(minutes % 60);
            }
            if minutes >= 60 {
                text.add("h");
                text.number(minutes / 60);
            }
        }
        if self.0 < 0 {
            text.add("-");
        }
        f.write_str(std::str::from_utf8(&text.room[text.start..]).unwrap_or_default())
    }
}

/// Room for the longest, `-2562047h47m16.854775808s`.
const ROOM: usize = 32;

/// A text that is written from its end, as numbers are.
struct Backwards {
    room: [u8; ROOM],
    start: usize,
}

impl Backwards {
    fn add(&mut self, text: &str) {
        for &byte in text.as_bytes().iter().rev() {
            self.byte(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.start -= 1;
        self.room[self.start] = byte;
    }

    fn number(&mut self, mut number: u64) {
        loop {
            self.byte(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                return;
            }
        }
    }

    /// The last `digits` of a number behind a point, without zeros at the end; nothing if they are all zeros. Gives the
    /// rest of the number.
    fn fraction(&mut self, mut number: u64, digits: u32) -> u64 {
        let mut some = false;
        for _ in 0..digits {
            let digit = (number % 10) as u8;
            number /= 10;
            some |= digit != 0;
            if some {
                self.byte(b'0' + digit);
            }
        }
        if some {
            self.byte(b'.');
        }
        number
    }
}

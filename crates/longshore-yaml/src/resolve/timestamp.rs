//! Dates and times, in the four layouts that go-yaml tries with Go's `time.Parse`.

use std::fmt;

/// A moment as written, with its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
    /// Minutes east of UTC.
    offset: i16,
}

/// What is left of the text that is being taken apart.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn literal(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == byte).then(|| self.0 = rest)
    }

    /// One or two digits, as Go takes them; exactly two if `fixed`.
    fn number(&mut self, fixed: bool) -> Option<u8> {
        match *self.0 {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', ref rest @ ..] => {
                self.0 = rest;
                Some((a - b'0') * 10 + (b - b'0'))
            }
            [a @ b'0'..=b'9', ref rest @ ..] if !fixed => {
                self.0 = rest;
                Some(a - b'0')
            }
            _ => None,
        }
    }

    /// A fraction of a second, if there is one; digits behind the ninth are dropped.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', digits @ ..] = self.0 else {
            return 0;
        };
        let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return 0;
        }
        let nanos = (0..9).fold(0, |nanos, i| {
            let digit = if i < count { digits[i] - b'0' } else { 0 };
            nanos * 10 + u32::from(digit)
        });
        self.0 = &digits[count..];
        nanos
    }

    fn zone(&mut self) -> Option<i16> {
        if self.literal(b'Z').is_some() {
            return Some(0);
        }
        let sign = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.number(true)?;
        self.literal(b':')?;
        let minutes = self.number(true)?;
        // Go lets offsets of 24 hours and 60 minutes through.
        (hours <= 24 && minutes <= 60).then(|| sign * (i16::from(hours) * 60 + i16::from(minutes)))
    }
}

impl Timestamp {
    /// Reads `text`, which must be all date or all date and time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 5 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let year = bytes[..4].iter().fold(0, |year, digit| year * 10 + u16::from(digit - b'0'));
        let mut rest = Rest(&bytes[5..]);
        let month = rest.number(false)?;
        rest.literal(b'-')?;
        let day = rest.number(false)?;
        let mut this = Self { year, month, day, hour: 0, minute: 0, second: 0, nanos: 0, offset: 0 };
        match rest.0.first() {
            None => return this.checked(),
            Some(b'T' | b't') => {
                rest.0 = &rest.0[1..];
                this.time(&mut rest)?;
                this.offset = rest.zone()?;
            }
            Some(b' ') => {
                while rest.literal(b' ').is_some() {}
                this.time(&mut rest)?;
            }
            Some(_) => return None,
        }
        rest.0.is_empty().then_some(this)?.checked()
    }

    /// As `%#v` prints Go's `time.Time`.
    pub(crate) fn go_syntax(self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let month = MONTHS[usize::from(self.month.clamp(1, 12)) - 1];
        let zone = if self.offset == 0 { "time.UTC" } else { "time.Location(\"\")" };
        format!(
            "time.Date({}, time.{month}, {}, {}, {}, {}, {}, {zone})",
            self.year, self.day, self.hour, self.minute, self.second, self.nanos
        )
    }

    fn time(&mut self, rest: &mut Rest<'_>) -> Option<()> {
        self.hour = rest.number(false)?;
        rest.literal(b':')?;
        self.minute = rest.number(false)?;
        rest.literal(b':')?;
        self.second = rest.number(false)?;
        self.nanos = rest.fraction();
        Some(())
    }

    fn checked(self) -> Option<Self> {
        let multiple = |of: u16| self.year.is_multiple_of(of);
        let leap = multiple(4) && (!multiple(100) || multiple(400));
        let days = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=days).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second < 60)
            .then_some(self)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with as many digits of the second as are needed, as Go's `time.Time` is put into JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

//! `Time.Format` and `Time.String`.

use std::fmt;

use super::civil::{Civil, DAYS, MONTHS};
use super::layout::{Element, OffsetForm, next_chunk};
use super::{Location, Time, rfc3339};
use crate::Duration;
use crate::duration::quoted;

impl Time {
    /// `Time.Format`.
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        if let Some(plain) = rfc3339::format(self, layout) {
            return plain;
        }
        let offset = self.location.offset_at(self.seconds);
        let civil = self.civil();
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        while !rest.is_empty() {
            let chunk = next_chunk(rest);
            out.extend_from_slice(chunk.prefix);
            rest = chunk.suffix;
            match chunk.element {
                None => break,
                Some((Element::ZoneName, _)) => match self.location.at(self.seconds).0 {
                    name if name.is_empty() => push_offset(&mut out, offset, OffsetForm::Minutes),
                    name => out.extend_from_slice(&name),
                },
                Some((Element::Offset { z: true, .. }, _)) if offset == 0 => out.push(b'Z'),
                Some((Element::Offset { form, .. }, _)) => push_offset(&mut out, offset, form),
                Some((Element::Fraction { separator, digits }, _)) => {
                    out.push(separator);
                    out.extend_from_slice(&self.fraction()[..digits.min(9)]);
                }
                Some((Element::TrimmedFraction { separator, digits }, _)) => {
                    let fraction = self.fraction();
                    let shown = &fraction[..digits.min(9)];
                    let kept = shown.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
                    if kept > 0 {
                        out.push(separator);
                        out.extend_from_slice(&shown[..kept]);
                    }
                }
                Some((element, _)) => push_civil(&mut out, element, civil),
            }
        }
        out
    }

    /// `Time.GoString`: an expression that makes it.
    pub(super) fn go_string(&self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let month = MONTHS[month as usize - 1];
        let zone = match &self.location {
            Location::Utc => "time.UTC".to_owned(),
            Location::Fixed { name, .. } => {
                format!("time.Location({})", quoted(name.as_deref().unwrap_or_default()))
            }
            Location::Rules(rules) => match &rules.name()[..] {
                b"Local" => "time.Local".to_owned(),
                name => format!("time.Location({})", quoted(name)),
            },
        };
        let nanoseconds = self.nanoseconds;
        format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanoseconds}, {zone})")
    }

    /// Nine digits.
    fn fraction(&self) -> [u8; 9] {
        let mut digits = [b'0'; 9];
        let mut rest = self.nanoseconds;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }
}

impl fmt::Display for Time {
    /// `Time.String`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        f.write_str(&String::from_utf8_lossy(&text))?;
        let Some(Duration(reading)) = self.monotonic else {
            return Ok(());
        };
        let (sign, size) = (if reading < 0 { '-' } else { '+' }, reading.unsigned_abs());
        write!(f, " m={sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000)
    }
}

/// A number with at least that many digits, the sign not counted.
fn push_number(out: &mut Vec<u8>, number: i64, width: usize) {
    if number < 0 {
        out.push(b'-');
    }
    push_padded(out, number.unsigned_abs(), width, b'0');
}

/// Digits, with others in front of them up to the width.
fn push_padded(out: &mut Vec<u8>, mut number: u64, width: usize, padding: u8) {
    let mut digits = [padding; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start.min(digits.len() - width)..]);
}

pub(super) fn push_offset(out: &mut Vec<u8>, offset: i32, form: OffsetForm) {
    // As Go divides, an offset of less than a minute west of UTC shows a plus.
    let minutes = i64::from(offset / 60);
    out.push(if minutes < 0 { b'-' } else { b'+' });
    let (minutes, seconds) = (minutes.abs(), i64::from(if minutes < 0 { -offset } else { offset } % 60));
    push_number(out, minutes / 60, 2);
    let colon = matches!(form, OffsetForm::ColonMinutes | OffsetForm::ColonSeconds);
    if form != OffsetForm::Hours {
        if colon {
            out.push(b':');
        }
        push_number(out, minutes % 60, 2);
    }
    if matches!(form, OffsetForm::Seconds | OffsetForm::ColonSeconds) {
        if colon {
            out.push(b':');
        }
        push_number(out, seconds, 2);
    }
}

fn push_civil(out: &mut Vec<u8>, element: Element, civil: Civil) {
    let month = MONTHS[civil.month as usize - 1].as_bytes();
    let weekday = DAYS[civil.weekday as usize].as_bytes();
    let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    match element {
        Element::LongMonth => out.extend_from_slice(month),
        Element::Month => out.extend_from_slice(&month[..3]),
        Element::NumMonth => push_number(out, civil.month, 0),
        Element::ZeroMonth => push_number(out, civil.month, 2),
        Element::LongWeekday => out.extend_from_slice(weekday),
        Element::Weekday => out.extend_from_slice(&weekday[..3]),
        Element::Day => push_number(out, civil.day, 0),
        Element::UnderDay => push_spaced(out, civil.day, 2),
        Element::ZeroDay => push_number(out, civil.day, 2),
        Element::UnderYearDay => push_spaced(out, civil.year_day, 3),
        Element::ZeroYearDay => push_number(out, civil.year_day, 3),
        Element::Hour => push_number(out, civil.hour, 2),
        Element::Hour12 => push_number(out, hour12, 0),
        Element::ZeroHour12 => push_number(out, hour12, 2),
        Element::Minute => push_number(out, civil.minute, 0),
        Element::ZeroMinute => push_number(out, civil.minute, 2),
        Element::Second => push_number(out, civil.second, 0),
        Element::ZeroSecond => push_number(out, civil.second, 2),
        Element::LongYear => push_number(out, civil.year, 4),
        Element::Year => push_number(out, civil.year.abs() % 100, 2),
        Element::HalfDay { lower } => out.extend_from_slice(match (civil.hour >= 12, lower) {
            (true, false) => b"PM",
            (false, false) => b"AM",
            (true, true) => b"pm",
            (false, true) => b"am",
        }),
        // Written by the caller, who knows the zone and the nanoseconds.
        Element::ZoneName
        | Element::Offset { .. }
        | Element::Fraction { .. }
        | Element::TrimmedFraction { .. } => {}
    }
}

/// A number with spaces in front.
fn push_spaced(out: &mut Vec<u8>, number: i64, width: usize) {
    push_padded(out, number.unsigned_abs(), width, b' ');
}

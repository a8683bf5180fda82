//! `time.Parse` and `time.ParseInLocation`.

use super::civil::{DAYS, MONTHS, days_before, days_in, is_leap, seconds_of};
use super::layout::{Element, OffsetForm, next_chunk};
use super::{Location, Time, rfc3339};
use crate::Str;
use crate::duration::quoted;

mod piece;
mod zone_name;

use piece::{Bad, Fraction, fraction, lookup, number, number3, two_digits};

/// A text that is not of the layout, in the words of `time.ParseError`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeParseError {
    /// A piece of the text is not what the layout asks for.
    #[error(
        "parsing time {} as {}: cannot parse {} as {}",
        quoted(.value), quoted(.layout), quoted(.piece), quoted(.element)
    )]
    Piece {
        /// The whole layout.
        layout: Str,
        /// The whole text.
        value: Str,
        /// The rest of the text that could not be read.
        piece: Str,
        /// The element of the layout that it should have been.
        element: Str,
    },
    /// Something is out of range, or left over.
    #[error("parsing time {}{message}", quoted(.value))]
    Range {
        /// The whole text.
        value: Str,
        /// What is wrong: `: day out of range`.
        message: String,
    },
}

/// What has been read so far.
struct Reading {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanoseconds: u32,
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone_name: Str,
    out_of_range: Option<&'static str>,
}

/// `time.ParseInLocation`: a moment in `local` unless the text names another zone.
///
/// ```
/// use longshore_go::time::{Location, parse};
/// let time = parse(b"2006-01-02", b"2024-02-29", &Location::Utc).unwrap();
/// assert_eq!(time.seconds, 1_709_164_800);
/// let error = parse(b"2006-01-02", b"2023-02-29", &Location::Utc).unwrap_err();
/// assert_eq!(error.to_string(), "parsing time \"2023-02-29\": day out of range");
/// ```
pub fn parse(layout: &[u8], value: &[u8], local: &Location) -> Result<Time, TimeParseError> {
    if let Some(time) = rfc3339::parse(layout, value, local) {
        return Ok(time);
    }
    let range = |message: String| TimeParseError::Range { value: value.into(), message };
    let mut reading = Reading {
        year: 0,
        month: None,
        day: None,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanoseconds: 0,
        afternoon: None,
        utc: false,
        offset: None,
        zone_name: Str::default(),
        out_of_range: None,
    };
    let (mut layout_rest, mut rest) = (layout, value);
    loop {
        let chunk = next_chunk(layout_rest);
        let piece_error = |piece: &[u8], element: &[u8]| TimeParseError::Piece {
            layout: layout.into(),
            value: value.into(),
            piece: piece.into(),
            element: element.into(),
        };
        rest = piece::skip(rest, chunk.prefix).map_err(|left| piece_error(left, chunk.prefix))?;
        let Some((element, written)) = chunk.element else {
            if !rest.is_empty() {
                return Err(range(format!(": extra text: {}", quoted(rest))));
            }
            break;
        };
        layout_rest = chunk.suffix;
        let hold = rest;
        let read = reading.element(element, &mut rest, layout_rest);
        if let Some(what) = reading.out_of_range {
            return Err(range(format!(": {what} out of range")));
        }
        read.map_err(|Bad| piece_error(hold, written))?;
    }
    reading.finish(local).map_err(|message| range(format!(": {message}")))
}

impl Reading {
    fn element(&mut self, element: Element, rest: &mut &[u8], layout: &[u8]) -> Result<(), Bad> {
        match element {
            Element::Year => {
                let year = two_digits(rest)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Element::LongYear => self.year = piece::long_year(rest)?,
            Element::Month => self.month = Some(lookup(&MONTHS, 3, rest)? + 1),
            Element::LongMonth => self.month = Some(lookup(&MONTHS, 9, rest)? + 1),
            Element::NumMonth | Element::ZeroMonth => {
                let month = number(rest, element == Element::ZeroMonth)?;
                self.check((1..=12).contains(&month), "month");
                self.month = Some(month);
            }
            Element::Weekday => drop(lookup(&DAYS, 3, rest)?),
            Element::LongWeekday => drop(lookup(&DAYS, 9, rest)?),
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                if element == Element::UnderDay {
                    *rest = rest.strip_prefix(b" ").unwrap_or(rest);
                }
                self.day = Some(number(rest, element == Element::ZeroDay)?);
            }
            Element::UnderYearDay | Element::ZeroYearDay => {
                if element == Element::UnderYearDay {
                    *rest = rest.strip_prefix(b" ").unwrap_or(rest);
                    *rest = rest.strip_prefix(b" ").unwrap_or(rest);
                }
                self.year_day = Some(number3(rest, element == Element::ZeroYearDay)?);
            }
            Element::Hour => {
                self.hour = number(rest, false)?;
                self.check(self.hour < 24, "hour");
            }
            Element::Hour12 | Element::ZeroHour12 => {
                self.hour = number(rest, element == Element::ZeroHour12)?;
                self.check(self.hour <= 12, "hour");
            }
            Element::Minute | Element::ZeroMinute => {
                self.minute = number(rest, element == Element::ZeroMinute)?;
                self.check(self.minute < 60, "minute");
            }
            Element::Second | Element::ZeroSecond => {
                self.second = number(rest, element == Element::ZeroSecond)?;
                self.check(self.second < 60, "second");
                // A fraction in the text is read even if the layout has none.
                let next = next_chunk(layout).element.map(|(element, _)| element);
                let expected =
                    matches!(next, Some(Element::Fraction { .. } | Element::TrimmedFraction { .. }));
                if self.out_of_range.is_none() && !expected && piece::has_fraction(rest) {
                    let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    self.fraction(rest, digits)?;
                }
            }
            Element::HalfDay { lower } => {
                let (am, pm): (&[u8], &[u8]) = if lower { (b"am", b"pm") } else { (b"AM", b"PM") };
                let word = rest.get(..2).ok_or(Bad)?;
                self.afternoon = match word {
                    word if word == pm => Some(true),
                    word if word == am => self.afternoon.filter(|&pm| pm).or(Some(false)),
                    _ => return Err(Bad),
                };
                *rest = &rest[2..];
            }
            Element::Offset { z: true, .. } if rest.first() == Some(&b'Z') => {
                *rest = &rest[1..];
                self.utc = true;
            }
            Element::Offset { form, .. } => self.offset(form, rest)?,
            Element::ZoneName => {
                if let Some(after) = rest.strip_prefix(b"UTC") {
                    *rest = after;
                    self.utc = true;
                } else {
                    let size = zone_name::size(rest).ok_or(Bad)?;
                    let (name, after) = rest.split_at(size);
                    self.zone_name = name.into();
                    *rest = after;
                }
            }
            Element::Fraction { digits, .. } => {
                if rest.len() < 1 + digits {
                    return Err(Bad);
                }
                self.fraction(rest, digits)?;
            }
            Element::TrimmedFraction { .. } => {
                if piece::has_fraction(rest) {
                    let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    self.fraction(rest, digits)?;
                }
            }
        }
        Ok(())
    }

    fn fraction(&mut self, rest: &mut &[u8], digits: usize) -> Result<(), Bad> {
        match fraction(rest, digits)? {
            Fraction::Nanoseconds(nanoseconds) => self.nanoseconds = nanoseconds,
            Fraction::Negative => self.check(false, "fractional second"),
        }
        Ok(())
    }

    fn check(&mut self, holds: bool, what: &'static str) {
        if !holds {
            self.out_of_range = Some(what);
        }
    }

    fn offset(&mut self, form: OffsetForm, rest: &mut &[u8]) -> Result<(), Bad> {
        let (size, minutes_at, seconds_at, colons): (usize, Option<usize>, Option<usize>, &[usize]) =
            match form {
                OffsetForm::Hours => (3, None, None, &[]),
                OffsetForm::Minutes => (5, Some(3), None, &[]),
                OffsetForm::ColonMinutes => (6, Some(4), None, &[3]),
                OffsetForm::Seconds => (7, Some(3), Some(5), &[]),
                OffsetForm::ColonSeconds => (9, Some(4), Some(7), &[3, 6]),
            };
        let text = rest.get(..size).ok_or(Bad)?;
        if colons.iter().any(|&at| text[at] != b':') {
            return Err(Bad);
        }
        *rest = &rest[size..];
        let part = |at: usize| number(&mut &text[at..at + 2], true);
        let hours = part(1);
        let minutes = hours.and_then(|_| minutes_at.map_or(Ok(0), part));
        let seconds = minutes.and_then(|_| seconds_at.map_or(Ok(0), part));
        // Go compares with what it has, whether or not the rest could be read.
        self.check(hours.unwrap_or(0) <= 24, "time zone offset hour");
        self.check(minutes.unwrap_or(0) <= 60, "time zone offset minute");
        self.check(seconds.unwrap_or(0) <= 60, "time zone offset second");
        let offset = (hours.unwrap_or(0) * 60 + minutes.unwrap_or(0)) * 60 + seconds.unwrap_or(0);
        self.offset = Some(match text[0] {
            b'+' => offset as i32,
            b'-' => -(offset as i32),
            _ => return Err(Bad),
        });
        seconds.map(|_| ())
    }

    /// The moment that was read; else what is out of range.
    fn finish(mut self, local: &Location) -> Result<Time, String> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        self.use_year_day()?;
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range".into());
        }
        let time = (self.hour * 60 + self.minute) * 60 + self.second;
        let shown = seconds_of(self.year, month, day, time);
        let moment = |seconds, location| Time::unix(seconds, self.nanoseconds).in_location(location);
        if self.utc {
            return Ok(moment(shown, Location::Utc));
        }
        // An offset of one second west is what Go's parser takes for none.
        if let Some(offset) = self.offset.filter(|&offset| offset != -1) {
            let seconds = shown - i64::from(offset);
            let named = || self.zone_name.is_empty() || local.at(seconds).0 == self.zone_name;
            if local.offset_at(seconds) == offset && named() {
                return Ok(moment(seconds, local.clone()));
            }
            return Ok(moment(seconds, Location::fixed(self.zone_name.clone(), offset)));
        }
        if !self.zone_name.is_empty() {
            if let Some(offset) = local.offset_of(&self.zone_name, shown) {
                return Ok(moment(shown - i64::from(offset), local.clone()));
            }
            let offset = zone_name::gmt_offset(&self.zone_name);
            let location = Location::fixed(self.zone_name.clone(), offset);
            // Taken for UTC, and shown with the offset all the same.
            return Ok(moment(shown, location));
        }
        Ok(moment(local.moment(shown), local.clone()))
    }

    /// Takes month and day from the day of the year, if that was given.
    fn use_year_day(&mut self) -> Result<(), String> {
        let Some(mut year_day) = self.year_day else {
            return Ok(());
        };
        let mut leap_day = false;
        if is_leap(self.year) {
            leap_day = year_day == 31 + 29;
            if year_day > 31 + 29 {
                year_day -= 1;
            }
        }
        if !(1..=365).contains(&year_day) {
            return Err("day-of-year out of range".into());
        }
        let (month, day) = if leap_day {
            (2, 29)
        } else {
            let mut month = (year_day - 1) / 31 + 1;
            if days_before(month + 1) < year_day {
                month += 1;
            }
            (month, year_day - days_before(month))
        };
        if self.month.is_some_and(|given| given != month) {
            return Err("day-of-year does not match month".into());
        }
        if self.day.is_some_and(|given| given != day) {
            return Err("day-of-year does not match day".into());
        }
        (self.month, self.day) = (Some(month), Some(day));
        Ok(())
    }
}

//! RFC 3339, the form of nearly all times: written and read without looking at the layout piece by piece.
//!
//! Both give up on what is not plain, which then goes the general way and gets Go's errors there.

use super::civil::{Civil, days_in, seconds_of};
use super::format::push_offset;
use super::layout::OffsetForm;
use super::{Location, Time};

/// Whether the layout is `time.RFC3339` (no fraction) or `time.RFC3339Nano`.
fn has_fraction(layout: &[u8]) -> Option<bool> {
    match layout {
        b"2006-01-02T15:04:05Z07:00" => Some(false),
        b"2006-01-02T15:04:05.999999999Z07:00" => Some(true),
        _ => None,
    }
}

/// What the general way would write, if the layout is one of the two and the year has four digits.
pub(super) fn format(time: &Time, layout: &[u8]) -> Option<Vec<u8>> {
    let fraction = has_fraction(layout)?;
    let offset = time.location.offset_at(time.seconds);
    let civil = Civil::of(time.seconds.wrapping_add(i64::from(offset)));
    if !(0..=9999).contains(&civil.year) {
        return None;
    }
    let mut out = Vec::with_capacity(35);
    out.extend_from_slice(b"0000-00-00T00:00:00");
    let parts = [
        (0, civil.year / 100),
        (2, civil.year % 100),
        (5, civil.month),
        (8, civil.day),
        (11, civil.hour),
        (14, civil.minute),
        (17, civil.second),
    ];
    for (at, part) in parts {
        out[at] += (part / 10) as u8;
        out[at + 1] += (part % 10) as u8;
    }
    if fraction && time.nanoseconds > 0 {
        let start = out.len();
        out.extend_from_slice(b".000000000");
        let mut rest = time.nanoseconds;
        for digit in out[start + 1..].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let zeros = out.iter().rev().take_while(|&&digit| digit == b'0').count();
        out.truncate(out.len() - zeros);
    }
    if offset == 0 {
        out.push(b'Z');
    } else {
        push_offset(&mut out, offset, OffsetForm::ColonMinutes);
    }
    Some(out)
}

/// What the general way would read, if the layout is one of the two and nothing about the text is unusual.
pub(super) fn parse(layout: &[u8], text: &[u8], local: &Location) -> Option<Time> {
    has_fraction(layout)?;
    let (shown, rest) = text.split_first_chunk::<19>()?;
    let part = |at: usize| two(shown[at], shown[at + 1]);
    if [shown[4], shown[7], shown[10], shown[13], shown[16]] != *b"--T::" {
        return None;
    }
    let year = part(0)? * 100 + part(2)?;
    let (month, day) = (part(5)?, part(8)?);
    let (hour, minute, second) = (part(11)?, part(14)?, part(17)?);
    let plain = (1..=12).contains(&month) && (1..=days_in(month, year)).contains(&day);
    if !plain || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanoseconds, zone) = fraction(rest)?;
    let seconds = seconds_of(year, month, day, (hour * 60 + minute) * 60 + second);
    let (minus, hours, minutes) = match *zone {
        [b'Z'] => return Some(Time::unix(seconds, nanoseconds)),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign == b'-', two(h1, h2)?, two(m1, m2)?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let size = (hours * 60 + minutes) * 60;
    let offset = if minus { -size } else { size };
    let seconds = seconds - offset;
    let location = if i64::from(local.offset_at(seconds)) == offset {
        local.clone()
    } else {
        Location::Fixed { name: None, offset: offset as i32 }
    };
    Some(Time::unix(seconds, nanoseconds).in_location(location))
}

/// A point with up to nine digits as nanoseconds, if there is one, and what follows.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.' | b',', digits @ ..] = text else {
        return Some((0, text));
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (digits, rest) = digits.split_at(count);
    let value = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((value * 10_u32.pow(9 - count as u32), rest))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

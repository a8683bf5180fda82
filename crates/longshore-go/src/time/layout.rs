//! Layouts: what the pieces of `Mon Jan _2 15:04:05 2006` stand for.

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    /// `PM`, or `pm`.
    HalfDay {
        lower: bool,
    },
    /// `MST`
    ZoneName,
    /// `-0700` and its like; with `Z` in front, UTC is shown as `Z`.
    Offset {
        z: bool,
        form: OffsetForm,
    },
    /// `.000`: that many digits.
    Fraction {
        separator: u8,
        digits: usize,
    },
    /// `.999`: at most that many digits, no zeros at the end.
    TrimmedFraction {
        separator: u8,
        digits: usize,
    },
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetForm {
    /// `07`
    Hours,
    /// `0700`
    Minutes,
    /// `07:00`
    ColonMinutes,
    /// `070000`
    Seconds,
    /// `07:00:00`
    ColonSeconds,
}

/// A layout up to its first element, the element with its text, and what follows.
pub(super) struct Chunk<'l> {
    pub(super) prefix: &'l [u8],
    pub(super) element: Option<(Element, &'l [u8])>,
    pub(super) suffix: &'l [u8],
}

/// Finds the first element.
pub(super) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        if let Some((skip, size, element)) = element_at(&layout[at..]) {
            let start = at + skip;
            let end = at + size;
            return Chunk {
                prefix: &layout[..start],
                element: Some((element, &layout[start..end])),
                suffix: &layout[end..],
            };
        }
    }
    Chunk { prefix: layout, element: None, suffix: b"" }
}

/// The element that begins here: bytes to leave to the text before it, where it ends, which it is.
fn element_at(text: &[u8]) -> Option<(usize, usize, Element)> {
    let lower_at = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    let starts = |part: &[u8]| text.starts_with(part);
    let plain = |size: usize, element| Some((0, size, element));
    match text[0] {
        b'J' if starts(b"January") => plain(7, Element::LongMonth),
        b'J' if starts(b"Jan") && !lower_at(3) => plain(3, Element::Month),
        b'M' if starts(b"Monday") => plain(6, Element::LongWeekday),
        b'M' if starts(b"Mon") && !lower_at(3) => plain(3, Element::Weekday),
        b'M' if starts(b"MST") => plain(3, Element::ZoneName),
        b'0' => match text.get(1) {
            Some(b'1') => plain(2, Element::ZeroMonth),
            Some(b'2') => plain(2, Element::ZeroDay),
            Some(b'3') => plain(2, Element::ZeroHour12),
            Some(b'4') => plain(2, Element::ZeroMinute),
            Some(b'5') => plain(2, Element::ZeroSecond),
            Some(b'6') => plain(2, Element::Year),
            _ if starts(b"002") => plain(3, Element::ZeroYearDay),
            _ => None,
        },
        b'1' if starts(b"15") => plain(2, Element::Hour),
        b'1' => plain(1, Element::NumMonth),
        b'2' if starts(b"2006") => plain(4, Element::LongYear),
        b'2' => plain(1, Element::Day),
        // `_2006` is an underscore and a year.
        b'_' if starts(b"_2006") => Some((1, 5, Element::LongYear)),
        b'_' if starts(b"_2") => plain(2, Element::UnderDay),
        b'_' if starts(b"__2") => plain(3, Element::UnderYearDay),
        b'3' => plain(1, Element::Hour12),
        b'4' => plain(1, Element::Minute),
        b'5' => plain(1, Element::Second),
        b'P' if starts(b"PM") => plain(2, Element::HalfDay { lower: false }),
        b'p' if starts(b"pm") => plain(2, Element::HalfDay { lower: true }),
        mark @ (b'-' | b'Z') => {
            let forms: [(&[u8], OffsetForm); 5] = [
                (b"070000", OffsetForm::Seconds),
                (b"07:00:00", OffsetForm::ColonSeconds),
                (b"0700", OffsetForm::Minutes),
                (b"07:00", OffsetForm::ColonMinutes),
                (b"07", OffsetForm::Hours),
            ];
            let (digits, form) = forms.into_iter().find(|(digits, _)| text[1..].starts_with(digits))?;
            plain(1 + digits.len(), Element::Offset { z: mark == b'Z', form })
        }
        separator @ (b'.' | b',') => {
            let digit = *text.get(1).filter(|&&digit| matches!(digit, b'0' | b'9'))?;
            let digits = text[1..].iter().take_while(|&&byte| byte == digit).count();
            // Other digits right after make it something else.
            if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let element = if digit == b'0' {
                Element::Fraction { separator, digits }
            } else {
                Element::TrimmedFraction { separator, digits }
            };
            plain(1 + digits, element)
        }
        _ => None,
    }
}

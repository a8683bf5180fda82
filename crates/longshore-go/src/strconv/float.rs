//! `strconv.FormatFloat` for 64-bit floats: the forms `e`, `f`, `g`, `b` and `x`, each in capitals too.
//!
//! Everything is written straight to the output. The fewest digits that read back come from `zmij`; a given
//! number of them, exactly rounded, from the module `rounded`.

mod binary;
mod rounded;

/// Formats `value` in the form of the verb `form` (`b e E f g G x X`).
///
/// `precision` is the number of digits after the point (`e f x`) or of significant digits (`g`);
/// `None` asks for the fewest digits that read back as the same number. Any other `form` gives `%`
/// and the form, as Go does.
///
/// Source: <https://pkg.go.dev/strconv#FormatFloat>.
///
/// ```
/// use longshore_go::strconv::format_float;
/// assert_eq!(format_float(1_000_000.0, b'g', None), "1e+06");
/// assert_eq!(format_float(2.5, b'f', Some(0)), "2");
/// ```
pub fn format_float(value: f64, form: u8, precision: Option<usize>) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, value, form, precision);
    out.iter().map(|&byte| byte as char).collect()
}

/// Appends what [`format_float`] gives.
pub fn append_float(out: &mut Vec<u8>, value: f64, form: u8, precision: Option<usize>) {
    if !value.is_finite() {
        let text = match (value.is_nan(), value > 0.0) {
            (true, _) => "NaN",
            (_, true) => "+Inf",
            (_, false) => "-Inf",
        };
        out.extend_from_slice(text.as_bytes());
        return;
    }
    if !matches!(form, b'b' | b'e' | b'E' | b'f' | b'g' | b'G' | b'x' | b'X') {
        out.extend_from_slice(&[b'%', form]);
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = value.abs();
    match (form, precision) {
        (b'b', _) => binary::append_binary(out, magnitude),
        (b'x' | b'X', _) => binary::append_hex(out, magnitude, form, precision),
        (_, None) => append_shortest(out, magnitude, form),
        (b'f', Some(precision)) => rounded::append_fixed(out, magnitude, precision),
        (b'e' | b'E', Some(precision)) => append_scientific(out, magnitude, precision, form),
        (_, Some(precision)) => append_general(out, magnitude, precision.max(1), form),
    }
}

/// The fewest digits that read back as the same number.
fn append_shortest(out: &mut Vec<u8>, magnitude: f64, form: u8) {
    if form == b'g' && magnitude < 1e6 && f64::from(magnitude as u32) == magnitude {
        out.extend_from_slice(itoa::Buffer::new().format(magnitude as u32).as_bytes());
        return;
    }
    if form == b'g' && (1e-4..1e6).contains(&magnitude) {
        // What zmij prints is what Go does, for it is no integer.
        out.extend_from_slice(zmij::Buffer::new().format_finite(magnitude).as_bytes());
        return;
    }
    if form == b'g' && magnitude != 0.0 && !(1e-7..1e21).contains(&magnitude) {
        // Here zmij writes an exponent as well, only in another form.
        let mut buffer = zmij::Buffer::new();
        let printed = buffer.format_finite(magnitude).as_bytes();
        if let Some(mark) = printed.iter().rposition(|&byte| byte == b'e') {
            out.extend_from_slice(&printed[..mark]);
            append_power(out, b'e', read_exponent(&printed[mark..]));
            return;
        }
    }
    let mut buffer = [0; SHORTEST];
    let decimal = shortest(magnitude, &mut buffer);
    match form {
        b'e' | b'E' => append_exponent_form(out, &decimal, form),
        b'f' => append_fixed_form(out, &decimal),
        _ if (-4..6).contains(&decimal.exponent()) => append_fixed_form(out, &decimal),
        _ => append_exponent_form(out, &decimal, form - (b'g' - b'e')),
    }
}

/// One digit, `precision` after the point, and an exponent.
fn append_scientific(out: &mut Vec<u8>, magnitude: f64, precision: usize, letter: u8) {
    let start = out.len();
    let exponent = rounded::append_digits(out, magnitude, precision + 1);
    out.resize(start + precision + 1, b'0');
    if precision > 0 {
        out.insert(start + 1, b'.');
    }
    append_power(out, letter, exponent);
}

/// `precision` significant digits without the zeros at their end, with an exponent where that is shorter.
fn append_general(out: &mut Vec<u8>, magnitude: f64, precision: usize, form: u8) {
    let start = out.len();
    let exponent = rounded::append_digits(out, magnitude, precision);
    let digits = out.split_off(start);
    let count = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    let decimal = Decimal { digits: &digits[..count], point: if count == 0 { 0 } else { exponent + 1 } };
    let mut threshold = precision;
    if threshold > count && usize::try_from(decimal.point).is_ok_and(|point| count >= point) {
        threshold = count;
    }
    let exponent = decimal.exponent();
    if exponent < -4 || usize::try_from(exponent).is_ok_and(|exponent| exponent >= threshold) {
        append_exponent_form(out, &decimal, form - (b'g' - b'e'));
    } else {
        append_fixed_form(out, &decimal);
    }
}

const INFALLIBLE: &str = "writing to a Vec does not fail";

/// A number after the letter `e`.
fn read_exponent(text: &[u8]) -> i32 {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let exponent = digits.fold(0, |value, &digit| value * 10 + i32::from(digit - b'0'));
    if text.get(1) == Some(&b'-') { -exponent } else { exponent }
}

/// A decimal: `0.d₁d₂d₃… × 10^point`, the last digit not a zero; no digits are zero.
struct Decimal<'a> {
    digits: &'a [u8],
    point: i32,
}

impl Decimal<'_> {
    /// The exponent in scientific notation, by which the form is chosen.
    fn exponent(&self) -> i32 {
        self.point - 1
    }
}

/// Room for the shortest digits of any float, and zeros before them.
const SHORTEST: usize = 32;

/// The fewest digits that read back as the same number, the nearest of those.
fn shortest(magnitude: f64, buffer: &mut [u8; SHORTEST]) -> Decimal<'_> {
    if magnitude == 0.0 {
        return Decimal { digits: &[], point: 0 };
    }
    let mut printed = zmij::Buffer::new();
    let printed = printed.format_finite(magnitude).as_bytes();
    let mut count = 0;
    // Digits before the point, once one is found; zeros before the first count downwards.
    let mut point = 0;
    let mut after_point = false;
    let mut exponent = 0;
    for (index, &byte) in printed.iter().enumerate() {
        match byte {
            b'.' => after_point = true,
            b'e' => {
                exponent = read_exponent(&printed[index..]);
                break;
            }
            b'0' if count == 0 => point -= i32::from(after_point),
            digit => {
                buffer[count] = digit;
                count += 1;
                point += i32::from(!after_point);
            }
        }
    }
    while count > 0 && buffer[count - 1] == b'0' {
        count -= 1;
    }
    Decimal { digits: &buffer[..count], point: point + exponent }
}

/// `d.ddde±dd`
fn append_exponent_form(out: &mut Vec<u8>, decimal: &Decimal<'_>, letter: u8) {
    let (first, rest) = decimal.digits.split_first().unwrap_or((&b'0', &[]));
    out.push(*first);
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest);
    }
    append_power(out, letter, if decimal.digits.is_empty() { 0 } else { decimal.point - 1 });
}

/// The letter, a sign, and at least two digits.
fn append_power(out: &mut Vec<u8>, letter: u8, exponent: i32) {
    out.extend_from_slice(&[letter, if exponent < 0 { b'-' } else { b'+' }]);
    let magnitude = exponent.unsigned_abs();
    if magnitude < 10 {
        out.push(b'0');
    }
    out.extend_from_slice(itoa::Buffer::new().format(magnitude).as_bytes());
}

/// `ddd.ddd`
fn append_fixed_form(out: &mut Vec<u8>, decimal: &Decimal<'_>) {
    let (digits, point) = (decimal.digits, decimal.point);
    match usize::try_from(point) {
        Ok(whole) if whole >= digits.len() => {
            out.extend_from_slice(digits);
            out.resize(out.len() + whole - digits.len(), b'0');
            if whole == 0 {
                out.push(b'0');
            }
        }
        Ok(whole) => {
            if whole == 0 {
                out.push(b'0');
            }
            out.extend_from_slice(&digits[..whole]);
            out.push(b'.');
            out.extend_from_slice(&digits[whole..]);
        }
        Err(_) => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + point.unsigned_abs() as usize, b'0');
            out.extend_from_slice(digits);
        }
    }
}

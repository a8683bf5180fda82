//! Complex constants of two parts, `1+2i`, which Go's parser leaves to `fmt.Sscan`: its words of complaint, its notion
//! of a number.

use longshore_go::{Complex, strconv};

const SYNTAX: &str = "syntax error scanning complex number";

/// Reads a number of two parts, of which the second is imaginary.
pub(crate) fn pair(text: &[u8]) -> Result<Complex, String> {
    let mut rest = text;
    let real = token(&mut rest);
    let sign = take(&mut rest, b"+-").ok_or(SYNTAX)?;
    let mut imaginary = vec![sign];
    imaginary.extend_from_slice(token(&mut rest));
    take(&mut rest, b"i").ok_or(SYNTAX)?;
    let part = |text: &[u8]| strconv::parse_float(text).map_err(|error| error.to_string());
    Ok(Complex { re: part(real)?, im: part(&imaginary)? })
}

fn take(rest: &mut &[u8], of: &[u8]) -> Option<u8> {
    let (&first, after) = rest.split_first()?;
    of.contains(&first).then(|| *rest = after)?;
    Some(first)
}

/// What `fmt` takes for a floating-point number: a sign, digits, a point, an exponent, each if it is there.
fn token<'t>(rest: &mut &'t [u8]) -> &'t [u8] {
    let whole = *rest;
    take(rest, b"+-");
    // The beginning of "Inf", which is given up when no more of it comes.
    if take(rest, b"iI").is_some() && take(rest, b"nN").is_some() && take(rest, b"fF").is_some() {
        return &whole[..whole.len() - rest.len()];
    }
    let hex = take(rest, b"0").is_some() && take(rest, b"xX").is_some();
    let (digits, exponent): (&[u8], &[u8]) =
        if hex { (b"0123456789aAbBcCdDeEfF_", b"pP") } else { (b"0123456789_", b"eEpP") };
    while take(rest, digits).is_some() {}
    if take(rest, b".").is_some() {
        while take(rest, digits).is_some() {}
    }
    if take(rest, exponent).is_some() {
        take(rest, b"+-");
        while take(rest, b"0123456789_").is_some() {}
    }
    &whole[..whole.len() - rest.len()]
}

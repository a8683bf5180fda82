//! Values of flags: what each kind takes, and Go's words for what it does not.

pub(super) use longshore_go::strconv::quoted;
use longshore_go::{Duration, strconv};

use super::{Flag, Kind};

/// The values that a text stands for.
///
/// # Errors
/// Go's reason why it is none.
pub(super) fn values(flag: &Flag, text: &str) -> Result<Vec<String>, String> {
    let one = || Ok(vec![text.to_owned()]);
    match flag.kind {
        Kind::Text | Kind::Texts | Kind::Named(_) => one(),
        Kind::Bool => {
            strconv::parse_bool(text.as_bytes()).map_err(|error| error.to_string())?;
            one()
        }
        Kind::Int => {
            strconv::parse_int(text.as_bytes(), 0, 64).map_err(|error| error.to_string())?;
            one()
        }
        Kind::Uint => {
            strconv::parse_uint(text.as_bytes(), 0, 64).map_err(|error| error.to_string())?;
            one()
        }
        Kind::Float => {
            strconv::parse_float(text.as_bytes()).map_err(|error| error.to_string())?;
            one()
        }
        Kind::Duration => {
            Duration::parse(text.as_bytes()).map_err(|error| error.to_string())?;
            one()
        }
        Kind::List if text.is_empty() => Ok(Vec::new()),
        Kind::List => fields(text),
        Kind::Pairs => {
            let pairs = if text.matches('=').count() > 1 { fields(text)? } else { vec![text.to_owned()] };
            match pairs.iter().find(|pair| !pair.contains('=')) {
                Some(pair) => Err(format!("{pair} must be formatted as key=value")),
                None => Ok(pairs),
            }
        }
    }
}

/// The fields of one line of comma-separated values: quoted ones may hold commas, and a quote as two.
fn fields(text: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, behind) = match rest.strip_prefix('"') {
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                if let Some(quote) = rest[..end].find('"') {
                    let column = text.len() - rest.len() + quote + 1;
                    return Err(format!(
                        "parse error on line 1, column {column}: bare \" in non-quoted-field"
                    ));
                }
                (rest[..end].to_owned(), &rest[end..])
            }
            Some(quoted) => quoted_field(text, quoted)?,
        };
        fields.push(field);
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

/// The field behind a quote, and what follows it.
fn quoted_field<'t>(text: &'t str, mut rest: &'t str) -> Result<(String, &'t str), String> {
    let mut field = String::new();
    loop {
        let Some(end) = rest.find('"') else {
            let column = text.len() + 1;
            return Err(format!(
                "parse error on line 1, column {column}: extraneous or missing \" in quoted-field"
            ));
        };
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if let Some(behind) = rest.strip_prefix('"') {
            field.push('"');
            rest = behind;
        } else if rest.is_empty() || rest.starts_with(',') {
            return Ok((field, rest));
        } else {
            let column = text.len() - rest.len();
            return Err(format!(
                "parse error on line 1, column {column}: extraneous or missing \" in quoted-field"
            ));
        }
    }
}

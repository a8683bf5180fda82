//! Whole numbers that come out as `1e+06`.
//!
//! Values pass through JSON, in which every number is a float, and Go prints floats of a million and more so. In a
//! number field of the manifest that is the same number; in a text, an argument or an annotation it is another one.

use longshore_chart::{Action, Engine, Origin, RenderInput, Rendered};
use longshore_diag::{Diagnostic, Place};
use longshore_go::{Map, Value, fmt};

use crate::charts::Opened;
use crate::places::{ValuesPlaces, subcharts};
use crate::project::ReleaseSpec;

/// As many are told of one release.
const MOST: usize = 20;
/// Values that may be meant, of which all are named.
const CANDIDATES: usize = 3;

/// The numbers in the manifests of a release that were whole numbers in its values.
pub(super) fn numbers(
    spec: &ReleaseSpec,
    opened: &Opened,
    rendered: &Rendered,
    engine: &Engine,
    input: &RenderInput<'_>,
) -> Vec<Diagnostic> {
    if documents(rendered).all(|(_, content)| exponents(content).next().is_none()) {
        return Vec::new();
    }
    // Now it is worth to know where lines come from, for which the chart is rendered once more.
    let Ok((again, origins)) = engine.render_traced(&opened.chart, input) else { return Vec::new() };
    let Ok(values) = engine.effective_values(&again.chart, &opened.values) else { return Vec::new() };
    let places = ValuesPlaces::new(spec, opened, &again.chart);
    let mut told: Vec<(Vec<String>, Diagnostic)> = Vec::new();
    for (path, content) in documents(&again) {
        let of_lines = origins.of(path, content);
        for (at, (line, origin)) in content.lines().zip(of_lines).enumerate() {
            let Some(origin) = origin else { continue };
            for number in exponents(line) {
                let found = sources(&values, path, &origin, number);
                for keys in found {
                    if told.len() < MOST && told.iter().all(|(other, _)| *other != keys) {
                        let warning = warning(opened, &places, &keys, number, line, &origin);
                        told.push((keys, warning.note(format!("line {} of what {path} renders to", at + 1))));
                    }
                }
            }
        }
    }
    told.into_iter().map(|(_, warning)| warning).collect()
}

/// Everything that was rendered: path and text.
fn documents(rendered: &Rendered) -> impl Iterator<Item = (&String, &String)> {
    let manifests = rendered.manifests.iter().map(|manifest| (&manifest.path, &manifest.content));
    manifests.chain(rendered.hooks.iter().map(|hook| (&hook.path, &hook.manifest)))
}

fn warning(
    opened: &Opened,
    places: &ValuesPlaces,
    keys: &[String],
    number: &str,
    line: &str,
    origin: &Origin,
) -> Diagnostic {
    let path = keys.join(".");
    let whole: f64 = number.parse().unwrap_or_default();
    let message = format!("`{path}` is {whole}, and comes out as `{number}`");
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let template = |mut place: Place| {
        opened.openable(&mut place);
        place
    };
    let mut warning = Diagnostic::warning("values/coerced-number", message);
    warning.place = places.find_from_top(&names).map(template);
    let action =
        origin.actions.iter().find(|action| action.text.contains(".Values.") || !action.text.is_empty());
    let place = action.map_or_else(|| origin.place.clone(), |action| action.place.clone());
    let last = keys.last().map(String::as_str).unwrap_or_default();
    let int = match action.map(|action| action.text.as_str()) {
        Some(text) if text.starts_with(".Values.") || text.starts_with("$.Values.") => {
            let value = text.split([' ', '|']).next().unwrap_or(text);
            format!("`{{{{ {value} | int64 }}}}`")
        }
        _ => String::from("`| int64`"),
    };
    warning
        .within(format!("it became the line `{}`", line.trim()), Some(template(place)))
        .hint(format!("quote it in the values, `{last}: \"{whole}\"`, or write {int} in the template"))
}

/// The paths of whole numbers in the values that print so and that the line's actions may have printed.
fn sources(values: &Map, template: &str, origin: &Origin, number: &str) -> Vec<Vec<String>> {
    let prefix: Vec<String> = subcharts(template).into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    for path in origin.actions.iter().flat_map(Action::values) {
        let mut full = if path[0] == "global" { Vec::new() } else { prefix.clone() };
        full.extend(path.iter().map(|key| (*key).to_owned()));
        if let Some(value) = at(values, &full) {
            below(&value, number, &mut full, &mut found);
        }
    }
    if found.is_empty() {
        // The action has it from a variable, from dot or from an argument: which of the values it is cannot be said if
        // many print so.
        let own = at(values, &prefix).unwrap_or_default();
        below(&own, number, &mut prefix.clone(), &mut found);
        found.dedup();
        if found.len() > CANDIDATES {
            found.truncate(1);
        }
    }
    found.dedup();
    found
}

fn at(values: &Map, path: &[String]) -> Option<Value> {
    path.iter().try_fold(Value::Map(values.clone()), |value, key| match value {
        Value::Map(map) => map.get(key.as_bytes()),
        _ => None,
    })
}

/// The paths below a value of whole numbers that print so.
fn below(value: &Value, number: &str, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Float(float) if float.fract() == 0.0 && prints_as(*float, number) && !found.contains(path) => {
            found.push(path.clone());
        }
        Value::Map(map) => {
            for (key, value) in map.entries().iter() {
                path.push(key.to_str_lossy().into_owned());
                below(value, number, path, found);
                path.pop();
            }
        }
        // An item of a list is told at the list.
        Value::List(list) => list.iter().for_each(|item| below(item, number, path, found)),
        _ => {}
    }
}

fn prints_as(float: f64, number: &str) -> bool {
    let mut out = Vec::new();
    fmt::append_value(&mut out, &Value::Float(float));
    out == number.as_bytes()
}

/// The numbers in a text that are written with a positive exponent, as Go writes them: `1e+06`, `-1.5e+07`.
fn exponents(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    text.match_indices("e+").filter_map(move |(at, _)| {
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + 2 + digits(at + 2);
        let mantissa =
            bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let mut start = at - mantissa;
        if start > 0 && bytes[start - 1] == b'-' {
            start -= 1;
        }
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let fits = mantissa > 0 && end >= at + 4 && !is_word(before) && !is_word(bytes.get(end));
        fits.then(|| &text[start..end])
    })
}

#[cfg(test)]
mod tests {
    use super::{exponents, prints_as};

    #[test]
    fn numbers_are_found_where_they_stand_alone() {
        let text = "a: 1e+06\nb: \"-1.048576e+07\"\nc: x1e+06 2e+6 1e+07k e+09 (3e+10) --size=5e+08\n";
        assert_eq!(exponents(text).collect::<Vec<_>>(), ["1e+06", "-1.048576e+07", "3e+10", "5e+08"]);
        assert!(prints_as(10_485_760.0, "1.048576e+07") && prints_as(1_000_000.0, "1e+06"));
        assert!(!prints_as(100_000.0, "1e+05"));
    }
}

//! Keys and values from literals, files and files of lines.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/kv/kv.go>.

use longshore_go::path;
use longshore_go::strconv::quoted;

use crate::error::{Context, Error};
use crate::kustomization::KeyValueSources;
use crate::loader::Loader;
use crate::spot::Key;

/// The longest line that Go's scanner gives out; it stops before a longer one, and nobody asks it why.
const LONGEST_LINE: usize = 64 * 1024;

type Pair = (String, Vec<u8>);

/// All pairs: of files of lines, then literals, then files.
pub(super) fn load(sources: &KeyValueSources, loader: &Loader<'_>) -> Result<Vec<Pair>, Error> {
    let mut pairs = Vec::new();
    let list = |list: &[String]| format!("[{}]", list.join(" "));
    for (at, path) in sources.envs.iter().enumerate() {
        let place = || format!("env source files: {}", list(&sources.envs));
        let read = loader.load(path).and_then(|text| of_lines(&text, &mut pairs));
        read.context(place).under([Key::Field("envs"), Key::Item(at)])?;
    }
    for (at, text) in sources.literals.iter().enumerate() {
        let literal = of_literal(text).context(|| format!("literal sources {}", list(&sources.literals)));
        pairs.push(literal.under([Key::Field("literals"), Key::Item(at)])?);
    }
    for (at, text) in sources.files.iter().enumerate() {
        let place = || format!("file sources: {}", list(&sources.files));
        let read = of_file(text).and_then(|(key, path)| Ok((key, loader.load(path)?)));
        pairs.push(read.context(place).under([Key::Field("files"), Key::Item(at)])?);
    }
    Ok(pairs)
}

fn of_literal(text: &str) -> Result<Pair, Error> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Ok((key.to_owned(), without_quotes(value).as_bytes().to_vec()))
        }
        _ => Err(Error::new(format!("invalid literal source {text}, expected key=value"))),
    }
}

/// Quotes around the whole value go.
fn without_quotes(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// Key and path: `path`, or `key=path`.
pub(crate) fn of_file(text: &str) -> Result<(String, &str), Error> {
    match text.matches('=').count() {
        0 => Ok((String::from_utf8_lossy(path::base(text.as_bytes())).into_owned(), text)),
        1 => match text.split_once('=').unwrap_or_default() {
            ("", path) => Err(Error::new(format!(
                "missing key name for file path {} in source {}",
                quoted(path),
                quoted(text)
            ))),
            (key, "") => Err(Error::new(format!(
                "missing file path for key name {} in source {}",
                quoted(key),
                quoted(text)
            ))),
            (key, path) => Ok((key.to_owned(), path)),
        },
        _ => Err(Error::new(format!("source {} key name or file path contains '='", quoted(text)))),
    }
}

fn of_lines(content: &[u8], pairs: &mut Vec<Pair>) -> Result<(), Error> {
    let mut rest = content;
    let mut is_first = true;
    while !rest.is_empty() {
        let (line, behind) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        if line.len() >= LONGEST_LINE {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(text) = std::str::from_utf8(line) else {
            let numbers: Vec<String> = line.iter().map(u8::to_string).collect();
            let shown = String::from_utf8_lossy(line);
            return Err(Error::new(format!("line [{}] has invalid utf8 bytes : {shown}", numbers.join(" "))));
        };
        let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        if !text.is_empty() && !text.starts_with('#') {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            if !key.is_empty() {
                pairs.push((key.to_owned(), value.as_bytes().to_vec()));
            }
        }
        is_first = false;
        rest = behind;
    }
    Ok(())
}

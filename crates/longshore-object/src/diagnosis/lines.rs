//! What the last lines of a container say about why it ended, in the words of the usual runtimes.

mod phrases;
#[cfg(test)]
mod tests;

use super::{Denied, Meaning};
use phrases::PHRASES;

/// What some line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The cause and what to do.
    pub meaning: Meaning,
    /// The line that says it, counted from 0.
    pub line: usize,
    /// The host that could not be found or reached, if it is about one.
    pub host: Option<String>,
    /// The port that could not be reached, if it is about a connection that names one.
    pub port: Option<u16>,
    /// What of it somebody may look further into.
    pub about: About,
}

/// What a line is about, where more than the line can be known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A name that could not be looked up.
    Name,
    /// A connection that does not come about.
    Connection,
    /// Something that an account may not do.
    Denied(Box<Denied>),
    /// A program for another architecture than the node's.
    Architecture,
    /// Anything else.
    Other,
}

/// What the lines say, the oldest first in `lines`: the phrase that explains most, in the newest line that has it.
///
/// ```
/// use longshore_object::diagnosis::read_lines;
/// let read = read_lines(&["starting", "Error: listen EADDRINUSE: address already in use :::8080"]).unwrap();
/// assert_eq!(read.meaning.what, "the port 8080 that it listens on is taken");
/// ```
pub fn read_lines<S: AsRef<str>>(lines: &[S]) -> Option<Reading> {
    let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
    PHRASES.iter().find_map(|phrase| {
        let (line, words) = lines.iter().enumerate().rev().find(|(_, line)| {
            let line = line.to_lowercase();
            phrase.any.iter().any(|words| line.contains(words))
        })?;
        let told = (phrase.read)(words, &lines);
        let port = port_in(words).filter(|_| told.about == About::Connection);
        Some(Reading { meaning: told.meaning, line, host: told.host, port, about: told.about })
    })
}

/// The port that a line about a socket names: the last number behind a colon or the word `port`.
fn port_in(line: &str) -> Option<u16> {
    let lower = line.to_lowercase();
    let digits = |text: &str| -> Option<u16> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|port| *port > 0)
    };
    let behind_colon = lower.rmatch_indices(':').find_map(|(at, _)| digits(&lower[at + 1..]));
    behind_colon
        .or_else(|| lower.rmatch_indices("port ").find_map(|(at, words)| digits(&lower[at + words.len()..])))
}

/// The host that a line about a name or a connection is about.
fn host_in(line: &str) -> Option<String> {
    let trimmed = |text: &str| {
        let text = text.trim_matches(|c: char| "\"'`()[]<>,;".contains(c)).trim_end_matches(['.', ':']);
        text.to_owned()
    };
    for (before, after) in [
        ("could not translate host name \"", "\""),
        ("could not translate host name '", "'"),
        ("connection to server at \"", "\""),
        ("connect to ", " "),
        ("connecting to ", " "),
        ("bad address '", "'"),
        ("lookup ", " "),
        ("lookup ", ":"),
        ("enotfound ", " "),
        ("eai_again ", " "),
        ("unknownhostexception: ", ":"),
        ("can't find ", ":"),
        ("host='", "'"),
        ("dial tcp ", ": "),
        ("econnrefused ", " "),
        ("etimedout ", " "),
        ("ehostunreach ", " "),
        ("resolve host: ", " "),
        ("resolve host name ", " "),
    ] {
        let padded = format!("{line} ");
        let lower = padded.to_lowercase();
        let Some(at) = lower.find(before) else { continue };
        let rest = padded.get(at + before.len()..)?;
        let found = &rest[..rest.find(after).unwrap_or(rest.len())];
        let found = trimmed(found.trim());
        let bare = found.rsplit_once(':').map_or(found.as_str(), |(host, port)| {
            if port.chars().all(|c| c.is_ascii_digit()) { host } else { found.as_str() }
        });
        let plausible = !bare.is_empty()
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if plausible {
            return Some(bare.to_owned());
        }
    }
    // `redis-mastr: Name or service not known`
    let lower = line.to_lowercase();
    for words in
        [": name or service not known", ": name does not resolve", ": temporary failure in name resolution"]
    {
        if let Some(at) = lower.find(words) {
            let word = line.get(..at)?.rsplit([' ', ':']).next().map(trimmed)?;
            return (!word.is_empty()).then_some(word);
        }
    }
    None
}

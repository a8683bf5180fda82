//! A line of a log as it is shown: whose it is, in a colour of its pod, and what was written, byte for byte.

use std::io::{self, Write};

use longshore_cluster::LogLine;
use longshore_operate::{Filter, Source};
use serde::Serialize;

use crate::args::Output;
use crate::printer::Printer;

/// Colours that can be told apart on dark and on light ground; red is for errors, which we cannot know of.
const COLOURS: [u8; 10] = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94];

/// How lines are shown.
pub(crate) struct LogView {
    colours: bool,
    json: bool,
    timestamps: bool,
    prefix: bool,
    filter: Filter,
    /// Of the line that is being shown in pieces: whether it is shown.
    shows: bool,
}

/// A line for machines.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    time: std::borrow::Cow<'a, str>,
    release: &'a str,
    object: String,
    pod: &'a str,
    container: &'a str,
    message: std::borrow::Cow<'a, str>,
}

impl LogView {
    /// From what was asked for.
    pub(crate) fn new(printer: &Printer, timestamps: bool, prefix: bool, filter: Filter) -> Self {
        let json = printer.output() == Output::Json;
        Self { colours: printer.colours(), json, timestamps, prefix, filter, shows: true }
    }

    /// Writes a line, unless it is filtered out.
    pub(crate) fn write(&mut self, out: &mut impl Write, source: &Source, line: &LogLine) -> io::Result<()> {
        // Pieces go where their line's beginning went.
        if !line.continued {
            self.shows = self.filter.allows(&line.text);
        }
        if !self.shows {
            return Ok(());
        }
        if self.json {
            let line = Line {
                time: String::from_utf8_lossy(&line.stamp),
                release: &source.owner.release,
                object: source.owner.to_string(),
                pod: &source.pod,
                container: &source.container,
                message: String::from_utf8_lossy(&line.text),
            };
            serde_json::to_writer(&mut *out, &line)?;
            return out.write_all(b"\n");
        }
        if self.prefix {
            let (pod, container) = (&source.pod, &source.container);
            if self.colours {
                let colour = COLOURS[source.number % COLOURS.len()];
                write!(out, "\u{1b}[{colour}m{pod}/{container}\u{1b}[0m ")?;
            } else {
                write!(out, "{pod}/{container} ")?;
            }
        }
        if self.timestamps {
            out.write_all(&line.stamp)?;
            out.write_all(b" ")?;
        }
        out.write_all(&line.text)?;
        // What the container has coloured and not ended must not run on into the next line.
        if self.colours && line.text.contains(&0x1b) {
            out.write_all(b"\x1b[0m")?;
        }
        out.write_all(b"\n")
    }
}

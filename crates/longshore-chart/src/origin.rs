//! Where rendered lines come from: the template that wrote them, the actions in it, the calls that led there.
//!
//! It is found by executing with a tracer ([`crate::Engine::render_traced`]). What `include` gives to `nindent`,
//! `trim` and the like is followed through them, because their lines stay what they are but for the spaces around.

mod action;
mod span;

use std::collections::BTreeMap;

use longshore_diag::Place;
use longshore_go::Str;
use longshore_template::{Position, Trace};

pub use action::Action;
use span::Span;

/// Where the lines of rendered files come from.
///
/// ```
/// use longshore_chart::{Capabilities, Chart, Engine, File, Level, Options, Release, RenderInput};
/// # struct NoServices;
/// # impl longshore_chart::Services for NoServices {
/// #     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
/// # }
/// let level = Level::default();
/// let chart = Chart::load([
///     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
///     File::new("values.yaml", "port: 80"),
///     File::new("templates/_lib.tpl", "{{ define \"ports\" }}port: {{ .Values.port }}{{ end }}"),
///     File::new("templates/service.yaml", "kind: Service\nspec: {{ include \"ports\" . | nindent 2 }}\n"),
/// ], level)?;
/// # let input = RenderInput {
/// #     values: longshore_go::Map::new(),
/// #     release: Release { name: "shop", namespace: "default", revision: 1, is_upgrade: false },
/// #     capabilities: Capabilities::assumed(level.rules()),
/// #     services: &NoServices,
/// #     options: Options::default(),
/// # };
/// let (rendered, origins) = Engine::new(level).render_traced(&chart, &input)?;
/// assert_eq!(rendered.manifests[0].content, "kind: Service\nspec: \n  port: 80\n");
/// let lines = origins.of("web/templates/service.yaml", &rendered.manifests[0].content);
/// let port = lines[2].as_ref().expect("somebody wrote it");
/// assert_eq!(port.place.to_string(), "web/templates/_lib.tpl:1:21");
/// assert_eq!(port.actions[0].values(), [["port"]]);
/// # Ok::<(), longshore_chart::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Origins {
    files: BTreeMap<String, File>,
    sources: BTreeMap<Str, Str>,
}

/// A rendered file, and what wrote its bytes.
#[derive(Debug, Clone)]
struct File {
    text: String,
    spans: Vec<Span>,
}

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What wrote its first character that is no space.
    pub place: Place,
    /// The actions that wrote to it, in order.
    pub actions: Vec<Action>,
    /// The calls that led to the place, the outermost first.
    pub calls: Vec<Place>,
}

impl Origins {
    /// Of templates by name and text, nothing executed yet.
    pub(crate) fn new(sources: &[(Str, Str)]) -> Self {
        Self { files: BTreeMap::new(), sources: sources.iter().cloned().collect() }
    }

    /// Takes in what a template printed, as it was printed.
    pub(crate) fn add(&mut self, path: &str, raw: &[u8], text: String, trace: &Trace) {
        let spans = span::all(trace, raw, text.as_bytes());
        self.files.insert(path.to_owned(), File { text, spans });
    }

    /// The origin of each line of `document`, which is a part of the rendered file `path`: `None` where nothing is
    /// known, as for empty lines.
    pub fn of(&self, path: &str, document: &str) -> Vec<Option<Origin>> {
        let lines = document.split_inclusive('\n');
        let Some((file, start)) =
            self.files.get(path).and_then(|file| Some((file, file.text.find(document)?)))
        else {
            return lines.map(|_| None).collect();
        };
        let mut at = start;
        let origin = |line: &str| {
            let from = at;
            at += line.len();
            self.line(file, from, line)
        };
        lines.map(origin).collect()
    }

    /// The origin of a line of a rendered file, counted from 1, and the line.
    pub(crate) fn of_line(&self, path: &str, line: usize) -> Option<(Origin, &str)> {
        let file = self.files.get(path)?;
        let mut start = 0;
        for (index, text) in file.text.split_inclusive('\n').enumerate() {
            if index + 1 == line {
                return Some((self.line(file, start, text)?, text.trim_end()));
            }
            start += text.len();
        }
        None
    }

    fn line(&self, file: &File, start: usize, line: &str) -> Option<Origin> {
        let end = start + line.trim_end().len();
        let line_end = start + line.trim_end_matches(['\r', '\n']).len();
        let start = start + (line.len() - line.trim_start().len());
        if start >= end {
            return None;
        }
        let first = file.spans.partition_point(|span| span.range.end <= start);
        // What printed nothing but the deleted `<no value>` may stand at the very end.
        let is_here = |span: &&Span| {
            span.range.start < line_end || span.range.is_empty() && span.range.start == line_end
        };
        let spans = || file.spans[first..].iter().take_while(is_here);
        let source = |position: &Position| self.sources.get(&position.source);
        let lead = spans().find(|span| span.range.contains(&start))?;
        let is_new = |found: &[Action], action: &Action| found.last() != Some(action);
        let mut actions = Vec::new();
        for action in spans().filter_map(|span| Action::of(&span.position, source(&span.position)?)) {
            if is_new(&actions, &action) {
                actions.push(action);
            }
        }
        let calls = lead.calls.iter().filter_map(|call| Some(place(call, source(call)?, 0))).collect();
        let skipped = start - lead.range.start + lead.skipped;
        let text = source(&lead.position)?;
        let skipped = if action::is_action(text, lead.position.offset) { 0 } else { skipped };
        Some(Origin { place: place(&lead.position, text, skipped), actions, calls })
    }
}

/// The place `further` bytes behind a position: lines and characters from 1.
fn place(position: &Position, text: &[u8], further: usize) -> Place {
    let offset = (position.offset + further).min(text.len());
    let before = &text[..offset];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = before[..line_start].split(|&byte| byte == b'\n').count();
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    Place::new(position.source.to_str_lossy().into_owned(), line as u32, column as u32)
}

#[cfg(test)]
mod tests;

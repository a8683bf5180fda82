//! The live tree of releases, objects and pods: as lines of a terminal, and as what has changed, a line each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use longshore_operate::{Health, Node};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use serde::Serialize;

/// A node with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The release.
    release: &'a str,
    /// The name of what it belongs to; empty for a release.
    under: &'a str,
    /// The lines of the tree before it: `│  ├─ `.
    branch: String,
    node: &'a Node,
}

/// The tree, top to bottom.
pub(crate) fn rows(tree: &[Node]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for release in tree {
        rows.push(Row { release: &release.name, under: "", branch: String::new(), node: release });
        below(&mut rows, release, &release.name, "");
    }
    rows
}

fn below<'a>(rows: &mut Vec<Row<'a>>, node: &'a Node, release: &'a str, indent: &str) {
    let last = node.children.len().saturating_sub(1);
    for (index, child) in node.children.iter().enumerate() {
        let (here, deeper) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        rows.push(Row { release, under: &node.name, branch: format!("{indent}{here}"), node: child });
        below(rows, child, release, &format!("{indent}{deeper}"));
    }
}

/// The rows that a screen of so many has room for: what is ready gives way first, deepest first, and is counted.
pub(crate) fn lines(rows: &[Row<'_>], height: usize, colours: bool, now: Timestamp) -> Vec<Line<'static>> {
    let mut kept: Vec<bool> = vec![true; rows.len()];
    let mut room = rows.len();
    let depth = |row: &Row<'_>| row.branch.chars().count() / 3;
    let deepest = rows.iter().map(depth).max().unwrap_or(0);
    'hidden: for health in [Health::Ready, Health::Progressing, Health::Failed] {
        for level in (0..=deepest).rev() {
            for (index, row) in rows.iter().enumerate().rev() {
                // One line says how many are not shown.
                if room < height || room <= height && room == rows.len() {
                    break 'hidden;
                }
                if kept[index] && row.node.health == health && depth(row) == level {
                    kept[index] = false;
                    room -= 1;
                }
            }
        }
    }
    let shown = rows.iter().zip(&kept).filter(|(_, kept)| **kept);
    let mut lines: Vec<Line<'static>> = shown.map(|(row, _)| line(row, colours, now)).collect();
    let hidden = rows.len() - lines.len();
    if hidden > 0 {
        let text = format!("… {hidden} more");
        lines.push(Line::from(Span::styled(text, paint(colours, None, Modifier::DIM))));
        lines.truncate(height.max(1));
    }
    lines
}

fn line(row: &Row<'_>, colours: bool, now: Timestamp) -> Line<'static> {
    let (mark, colour) = match row.node.health {
        Health::Ready => ("✓", Color::Green),
        Health::Progressing => ("•", Color::Yellow),
        Health::Failed => ("✗", Color::Red),
    };
    let is_root = row.branch.is_empty();
    let name = if is_root { paint(colours, None, Modifier::BOLD) } else { Style::new() };
    let mut spans = vec![
        Span::styled(row.branch.clone(), paint(colours, None, Modifier::DIM)),
        Span::styled(mark, paint(colours, Some(colour), Modifier::empty())),
        Span::raw(" "),
        Span::styled(row.node.name.clone(), name),
        Span::raw("  "),
        Span::styled(row.node.words.clone(), paint(colours, Some(colour), Modifier::empty())),
    ];
    if let Some(since) = row.node.since {
        spans.push(Span::styled(format!("  {}", age(since, now)), paint(colours, None, Modifier::DIM)));
    }
    Line::from(spans)
}

fn paint(colours: bool, colour: Option<Color>, modifier: Modifier) -> Style {
    if !colours {
        return Style::new();
    }
    let style = Style::new().add_modifier(modifier);
    colour.map_or(style, |colour| style.fg(colour))
}

/// How long ago, in the largest unit that says enough, as `kubectl` does.
fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_second() - since.as_second()).max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What has become of something, for machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changed {
    /// When it was seen.
    pub(crate) time: String,
    /// The release.
    pub(crate) release: String,
    /// `Deployment/web`; nothing for the release itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// What it belongs to, unless that is the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) under: Option<String>,
    /// `ready`, `progressing`, `failed`, `gone`.
    pub(crate) state: &'static str,
    /// Why, in a few words.
    pub(crate) message: String,
}

/// What was told last, to tell only what is another.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<(String, String), (String, &'static str, String)>);

impl Changes {
    /// What has changed since the last time, in the order of the tree; what is gone comes last.
    pub(crate) fn of(&mut self, tree: &[Node], now: Timestamp) -> Vec<Changed> {
        let mut before = std::mem::take(&mut self.0);
        let mut changed = Vec::new();
        for row in rows(tree) {
            let state = match row.node.health {
                Health::Ready => "ready",
                Health::Progressing => "progressing",
                Health::Failed => "failed",
            };
            let name = if row.branch.is_empty() { String::new() } else { row.node.name.clone() };
            let key = (row.release.to_owned(), name);
            let value = (row.under.to_owned(), state, row.node.words.clone());
            if before.remove(&key).as_ref() != Some(&value) {
                changed.push(told(&key, &value, now));
            }
            self.0.insert(key, value);
        }
        changed.extend(
            before
                .into_iter()
                .map(|(key, (under, _, _))| told(&key, &(under, "gone", "gone".to_owned()), now)),
        );
        changed
    }
}

fn told(key: &(String, String), value: &(String, &'static str, String), now: Timestamp) -> Changed {
    let (release, object) = key;
    let (under, state, message) = value;
    Changed {
        time: now.to_string(),
        release: release.clone(),
        object: Some(object.clone()).filter(|object| !object.is_empty()),
        under: Some(under.clone()).filter(|under| !under.is_empty() && under != release),
        state,
        message: message.clone(),
    }
}

impl Changed {
    /// What an operation has done to something, or waits for: the release itself, without an object.
    pub(crate) fn now(release: &str, object: Option<String>, state: &'static str, message: String) -> Self {
        let time = Timestamp::now().to_string();
        Self { time, release: release.to_owned(), object, under: None, state, message }
    }

    /// For people: `web Pod/web-1: ready`.
    pub(crate) fn text(&self) -> String {
        match &self.object {
            Some(object) => format!("{} {object}: {}", self.release, self.message),
            None => format!("{}: {}", self.release, self.message),
        }
    }
}

#[cfg(test)]
mod tests;

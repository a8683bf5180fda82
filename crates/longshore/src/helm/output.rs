//! What `helm template` prints and writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::compat::Rules;
use longshore_chart::{HookEvent, Output, Rendered, manifest};
use longshore_go::path;

use super::locate::reason;
use super::post_render;
use crate::cobra::Matches;

/// Prints the objects, or those of some templates.
pub(super) fn print(rendered: &Rendered, matches: &Matches, rules: &Rules) -> anyhow::Result<()> {
    let output = |hooks| {
        rendered.output(Output {
            crds: matches.is_on("include-crds"),
            hooks,
            tests: !matches.is_on("skip-tests"),
            hide_secrets: false,
        })
    };
    let mut text = output(!matches.is_on("no-hooks"));
    if rules.major == 3 && post_render::named(matches).is_some() {
        // Hooks do not go through it; they are printed behind the others.
        let objects = output(false);
        let hooks = text.strip_prefix(objects.as_str()).unwrap_or_default();
        let made = posted(matches, &objects)?;
        text = format!("{}\n{hooks}", made.trim());
    }
    print_chosen(&text, matches, rules)
}

/// What the program of 3.x makes of the objects.
fn posted(matches: &Matches, objects: &str) -> anyhow::Result<String> {
    let hint = if matches.is_on("debug") { "" } else { "\n\nUse --debug flag to render out invalid YAML" };
    post_render::through_program(matches, objects).map_err(|error| anyhow!("{error}{hint}"))
}

/// Prints files of which one is no YAML, in the order of their paths (Helm: at random).
pub(super) fn print_files(
    files: &BTreeMap<String, String>,
    matches: &Matches,
    rules: &Rules,
) -> anyhow::Result<()> {
    let files = files.iter().filter(|(_, content)| !content.trim().is_empty());
    let text: String = files.map(|(path, content)| format!("---\n# Source: {path}\n{content}\n")).collect();
    print_chosen(&format!("{}\n", text.trim()), matches, rules)
}

/// Prints a text, or of its documents those of some templates.
fn print_chosen(text: &str, matches: &Matches, rules: &Rules) -> anyhow::Result<()> {
    let wanted = matches.all("show-only");
    if wanted.is_empty() {
        return super::print(text);
    }
    let documents: Vec<(&str, &str)> = manifest::split(text, rules)
        .into_iter()
        .filter_map(|document| Some((source(document)?, document)))
        .collect();
    let mut shown = String::new();
    for pattern in wanted {
        let before = shown.len();
        for (source, document) in &documents {
            if path::matches_file(pattern.as_bytes(), source.as_bytes()).unwrap_or_default() {
                shown.push_str("---\n");
                shown.push_str(document);
                shown.push('\n');
            }
        }
        if shown.len() == before {
            bail!("could not find template {pattern} in chart");
        }
    }
    super::print(&shown)
}

/// The template that a document comes from, below its chart.
fn source(document: &str) -> Option<&str> {
    document.match_indices("# Source: ").find_map(|(at, mark)| {
        let line = document[at + mark.len()..].lines().next()?;
        let (chart, below) = line.split_once('/')?;
        (!chart.is_empty() && !below.is_empty()).then_some(below)
    })
}

/// Writes a file for each template below `folder`.
pub(super) fn write(
    rendered: &Rendered,
    matches: &Matches,
    rules: &Rules,
    folder: &Path,
) -> anyhow::Result<()> {
    let mut written = BTreeSet::new();
    if matches.is_on("include-crds") {
        // Definitions never lie below the release's name.
        for file in &rendered.crds {
            let folder = Path::new(matches.text("output-dir"));
            append(folder, &file.name, &file.data.to_str_lossy(), written.contains(&file.name))?;
            written.insert(file.name.clone());
        }
    }
    for manifest in &rendered.manifests {
        append(folder, &manifest.path, &manifest.content, written.contains(&manifest.path))?;
        written.insert(manifest.path.clone());
    }
    // Of what goes to files nothing is given to a program.
    let made = match rules.major {
        3 => posted(matches, "")?,
        _ => String::new(),
    };
    if !matches.is_on("no-hooks") {
        for hook in &rendered.hooks {
            if matches.is_on("skip-tests") && hook.events.contains(&HookEvent::Test) {
                continue;
            }
            // A file that was there before is added to.
            append(folder, &hook.path, &hook.manifest, folder.join(&hook.path).exists())?;
        }
    }
    // What is printed of all objects when none is left to print: templates that were written are not there either.
    print_chosen(&format!("{}\n", made.trim()), matches, rules)
}

/// Writes a document to its file, or adds it.
fn append(folder: &Path, name: &str, text: &str, add: bool) -> anyhow::Result<()> {
    let path = folder.join(name);
    let shown = path.display();
    let failed = |what: &str, error: &std::io::Error| anyhow!("{what} {shown}: {}", reason(error));
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(|error| failed("mkdir", &error))?;
    }
    let mut options = OpenOptions::new();
    options.write(true);
    let file =
        if add { options.append(true).open(&path) } else { options.create(true).truncate(true).open(&path) };
    let mut file = file.map_err(|error| failed("open", &error))?;
    write!(file, "---\n# Source: {name}\n{text}\n").map_err(|error| failed("write", &error))?;
    super::print(&format!("wrote {shown}\n"))
}

//! Why a chart does not render, for people: beside Helm's words, the values that led there with where they were set,
//! and the next thing to do.

mod actions;
mod facts;
mod hint;

use longshore_chart::{Action, Chart, Engine, Error, ErrorKind, dependencies};
use longshore_diag::{Diagnostic, Place};

use crate::charts::Opened;
use crate::places::{ValuesPlaces, subcharts};
use crate::project::ReleaseSpec;
use actions::Blocks;
use facts::{Fact, Facts};

/// Values that are told of one error.
const MOST: usize = 6;

/// The error of a render as a diagnostic; its places are still as the chart names its files.
pub(crate) fn explained(error: &Error, spec: &ReleaseSpec, opened: &Opened, engine: &Engine) -> Diagnostic {
    let mut diagnostic = error.diagnostic();
    match error.kind() {
        ErrorKind::Execute => execution(&mut diagnostic, spec, opened, engine),
        ErrorKind::Manifest => manifest(&mut diagnostic, spec, opened, engine),
        ErrorKind::Parse => parsing(&mut diagnostic, opened, engine),
        ErrorKind::Schema => schema(&mut diagnostic, spec, opened, engine),
        _ => diagnostic.hint = hint::of_chart(&diagnostic.message),
    }
    diagnostic
}

/// A template that failed: the values that its action names, and those of the blocks and calls around it.
fn execution(diagnostic: &mut Diagnostic, spec: &ReleaseSpec, opened: &Opened, engine: &Engine) {
    let Some(place) = diagnostic.place.clone() else { return };
    let Some(facts) = facts(spec, opened, engine) else { return };
    let mut told = Vec::new();
    let mut asked: Vec<(Action, Vec<String>)> = Vec::new();
    let links = diagnostic.chain.iter().filter_map(|link| link.place.clone());
    for place in std::iter::once(place).chain(links.take(3)) {
        let Some(text) = template(&opened.chart, &place.file) else { continue };
        let blocks = Blocks::around(&text, &place);
        let prefix: Vec<String> = subcharts(&place.file).into_iter().map(str::to_owned).collect();
        asked.extend(blocks.action.into_iter().chain(blocks.open).map(|action| (action, prefix.clone())));
    }
    let mut add = |fact: Fact| {
        if told.len() < MOST && told.iter().all(|other: &Fact| other.path != fact.path) {
            told.push(fact);
        }
    };
    for (at, (action, prefix)) in asked.iter().enumerate() {
        action.values().iter().for_each(|path| add(facts.of(prefix, path)));
        // In `with .Values.a` the field `.b` is `a.b`.
        let around = asked
            .get(at + 1)
            .filter(|_| at == 0)
            .and_then(|(block, _)| block.text.strip_prefix("with .Values."));
        if let Some(above) =
            around.filter(|path| path.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.'))
        {
            for field in actions::fields(&action.text) {
                let path: Vec<&str> = above.split('.').chain(field.split('.')).collect();
                add(facts.of(prefix, &path));
            }
        }
    }
    let action = asked.first().map(|(action, _)| action.text.as_str()).unwrap_or_default();
    let hint = hint::of_execution(&diagnostic.message, action, &told, &|| definitions(&opened.chart));
    diagnostic.notes.extend(told.iter().map(ToString::to_string));
    diagnostic.hint = hint;
}

/// What a template printed is no YAML: the values that are in the bad line.
fn manifest(diagnostic: &mut Diagnostic, spec: &ReleaseSpec, opened: &Opened, engine: &Engine) {
    if let Some(place) = diagnostic.place.clone()
        && let Some(text) = template(&opened.chart, &place.file)
        && let Some(facts) = facts(spec, opened, engine)
    {
        let prefix: Vec<String> = subcharts(&place.file).into_iter().map(str::to_owned).collect();
        let line = text.lines().nth(place.line.saturating_sub(1) as usize).unwrap_or_default();
        let action = Action { text: line.to_owned(), place };
        let told = action.values().into_iter().take(MOST).map(|path| facts.of(&prefix, &path).to_string());
        diagnostic.notes.extend(told);
    }
    diagnostic.hint = hint::of_yaml(&diagnostic.message);
}

/// A template that does not parse: the word that is wrong in the line.
fn parsing(diagnostic: &mut Diagnostic, opened: &Opened, engine: &Engine) {
    let message = diagnostic.message.clone();
    let Some(place) = &mut diagnostic.place else { return };
    let Some(text) = template(&opened.chart, &place.file) else { return };
    let line = text.lines().nth(place.line.saturating_sub(1) as usize).unwrap_or_default();
    if let Some(word) = message.split('"').nth(1).filter(|word| !word.is_empty())
        && let Some(at) = line.find(word)
    {
        let column = line[..at].chars().count() as u32 + 1;
        *place = Place::new(place.file.clone(), place.line, column).spanning(word.chars().count());
    }
    let left_open = || Blocks::left_open(&text);
    diagnostic.hint = hint::of_parsing(&message, line, &engine.function_names(), &left_open);
}

/// Values that a schema refuses: where each was set.
fn schema(diagnostic: &mut Diagnostic, spec: &ReleaseSpec, opened: &Opened, engine: &Engine) {
    let Some(facts) = facts(spec, opened, engine) else { return };
    let mut prefix: Vec<String> = Vec::new();
    let (mut notes, mut first) = (Vec::new(), None);
    for line in diagnostic.message.clone().lines().skip(1) {
        if let Some(pointer) = line.strip_prefix("- at '").and_then(|rest| rest.split('\'').next()) {
            let path: Vec<&str> = pointer.split('/').filter(|key| !key.is_empty()).collect();
            if let Some(fact) = (!path.is_empty()).then(|| facts.of(&prefix, &path)) {
                let is_users = |place: &Place| opened.files.iter().any(|file| file.shown == place.file);
                if first.as_ref().is_none_or(|place| !is_users(place)) {
                    first = fact.place.clone().or(first);
                }
                notes.push(fact.to_string());
            }
        } else if let Some(chart) = line.strip_suffix(':') {
            // The chart's name; a subchart's values are below that.
            prefix = if chart == opened.chart.name() { Vec::new() } else { vec![chart.to_owned()] };
        }
    }
    if let Some(place) = first {
        diagnostic.place = Some(place);
    }
    notes.truncate(MOST);
    diagnostic.notes.extend(notes);
    diagnostic.hint = Some(format!(
        "the chart's values.schema.json says what it takes; `longshore helm show values {}` shows its own values",
        opened.path.display()
    ));
}

/// The values of the render that failed.
fn facts(spec: &ReleaseSpec, opened: &Opened, engine: &Engine) -> Option<Facts> {
    let rules = engine.level().rules();
    let chart = dependencies::resolve(&opened.chart, &opened.values, rules, &mut Vec::new()).ok()?;
    let values = engine.effective_values(&chart, &opened.values).ok()?;
    Some(Facts { values, places: ValuesPlaces::new(spec, opened, &chart) })
}

/// The text of a template by its path from the top chart's name. A subchart that has another name there by an alias is
/// found by the rest of the path.
fn template(chart: &Chart, path: &str) -> Option<String> {
    let rest = path.split_once('/')?.1;
    if let Some(below) = rest.strip_prefix("charts/") {
        let name = below.split('/').next()?;
        let own = chart.dependencies().iter().find(|child| child.name() == name);
        let listed = chart.metadata().dependencies.iter().flatten().find(|listed| listed.alias == name);
        let aliased =
            listed.and_then(|listed| chart.dependencies().iter().find(|child| child.name() == listed.name));
        return template(own.or(aliased)?, below);
    }
    let file = chart.templates().iter().find(|file| file.name == rest)?;
    Some(file.data.to_str_lossy().into_owned())
}

/// The names of all templates that a chart and its subcharts define.
fn definitions(chart: &Chart) -> Vec<String> {
    let mut names = Vec::new();
    for file in chart.templates() {
        let text = file.data.to_str_lossy().into_owned();
        for (at, _) in text.match_indices("define \"") {
            names.extend(text[at + 8..].split('"').next().map(str::to_owned));
        }
    }
    names.extend(chart.dependencies().iter().flat_map(definitions));
    names
}

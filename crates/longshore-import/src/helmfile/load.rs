//! A helmfile in one environment: its parts, bases and the helmfiles below it.

use std::collections::BTreeSet;

use longshore_chart::values::merge_maps;
use longshore_diag::{Diagnostic, Place};
use longshore_go::Map;
use longshore_yaml::Node;

use super::environments::{self, folder};
use super::evaluate::{Engine, Scope};
use super::parts::{only, parts};
use super::release::{self, Release};
use crate::files::{Reader, join};
use crate::glob::{is_pattern, matching};
use crate::left::Left;
use crate::tree::{documents, is_true, scalar, texts, wrong};

/// How deep helmfiles may include one another, and how many releases they may have.
const DEPTH: usize = 20;
const RELEASES: usize = 1_000;

/// What has to be known before the rest of a part can be evaluated.
const FIRST: [&str; 3] = ["environments", "values", "bases"];

/// Keys of which nothing is lost.
const KNOWN: [&str; 13] = [
    "environments",
    "values",
    "bases",
    "repositories",
    "releases",
    "helmfiles",
    "templates",
    "helmDefaults",
    "commonLabels",
    "missingFileHandler",
    "kubeVersion",
    "filepath",
    "namespace",
];

/// A helmfile in an environment.
pub(super) struct State {
    /// The environment's name.
    pub(super) environment: String,
    /// Its context of the kubeconfig.
    pub(super) context: Option<String>,
    /// Where charts come from, by name.
    pub(super) repositories: Vec<Repository>,
    /// All releases, in order.
    pub(super) releases: Vec<Release>,
}

/// Where charts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) is_oci: bool,
}

/// What the parts of one helmfile have said so far.
struct Loading<'a> {
    engine: &'a Engine<'a>,
    /// The folder that paths are relative to, also those in bases: the helmfile's own.
    home: String,
    scope: Scope,
    /// Values that the helmfile above gives, which are over all others.
    given: Map,
    context: Option<String>,
    repositories: Vec<Repository>,
    releases: Vec<Release>,
    pub(super) settings: Settings,
}

/// What holds for all releases behind it.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) defaults: Option<Node>,
    pub(super) templates: Option<Node>,
    pub(super) labels: Option<Node>,
    pub(super) namespace: Option<String>,
}

/// Evaluates a helmfile in an environment.
///
/// # Errors
/// A file is missing or no YAML, a template fails, helmfiles include one another in a circle.
pub(super) fn load(
    reader: &Reader<'_>,
    path: &str,
    environment: &str,
    left: &mut BTreeSet<Left>,
) -> Result<State, Diagnostic> {
    let engine = Engine::new(reader);
    let loaded = whole(&engine, path, environment, Map::new(), &mut Vec::new());
    left.extend(engine.left.into_inner());
    let (context, repositories, releases) = loaded?;
    Ok(State { environment: environment.to_owned(), context, repositories, releases })
}

type Loaded = (Option<String>, Vec<Repository>, Vec<Release>);

fn whole(
    engine: &Engine<'_>,
    path: &str,
    environment: &str,
    given: Map,
    stack: &mut Vec<String>,
) -> Result<Loaded, Diagnostic> {
    let scope = Scope { environment: environment.to_owned(), context: String::new(), values: given.clone() };
    let mut loading = Loading {
        engine,
        home: folder(path).to_owned(),
        scope,
        given,
        context: None,
        repositories: Vec::new(),
        releases: Vec::new(),
        settings: Settings::default(),
    };
    loading.file(path, stack)?;
    Ok((loading.context, loading.repositories, loading.releases))
}

impl Loading<'_> {
    fn say(&self, file: &str, what: String, advice: &str) {
        self.engine.left.borrow_mut().insert(Left::new(Place::file(file), what, advice));
    }

    /// Reads a helmfile, or one that another has for its base.
    fn file(&mut self, path: &str, stack: &mut Vec<String>) -> Result<(), Diagnostic> {
        if stack.iter().any(|above| above == path) {
            let message =
                format!("helmfiles include one another in a circle: {} → {path}", stack.join(" → "));
            let by = stack.last().cloned().unwrap_or_default();
            return Err(Diagnostic::error("import/cycle", message).at(Place::file(by)));
        }
        if stack.len() == DEPTH {
            let message = format!("helmfiles include one another more than {DEPTH} deep");
            return Err(Diagnostic::error("import/too-large", message).at(Place::file(path)));
        }
        let text = self.engine.reader.required(path).map_err(|error| match stack.last() {
            Some(by) => error.or_at(Place::file(by)),
            None => error,
        })?;
        stack.push(path.to_owned());
        for part in parts(&text) {
            let padding = "\n".repeat(part.line);
            let first = only(part.text, &FIRST);
            let mut is_known = false;
            // A part that sets the values that it uses itself, as helmfiles before 1.0 do.
            if !first.is_empty() && part.text.contains("{{") {
                let rendered =
                    self.engine.text(path, &self.home, &format!("{padding}{first}"), &self.scope, None);
                if let Ok(mut roots) = rendered.and_then(|text| documents(path, &text))
                    && let Some(root) = roots.pop()
                {
                    self.first(path, &root, stack)?;
                    is_known = true;
                }
            }
            let source = format!("{padding}{}", part.text);
            let rendered = self.engine.text(path, &self.home, &source, &self.scope, None);
            let mut roots = match rendered.and_then(|text| documents(path, &text)) {
                Ok(roots) => roots,
                // A helmfile that is no template itself, and has templates in fields of releases.
                Err(error) if !path.ends_with(".gotmpl") => match documents(path, &source) {
                    Ok(roots) if !roots.iter().any(has_braces) => roots,
                    _ => return Err(error),
                },
                Err(error) => return Err(error),
            };
            let Some(root) = roots.pop().filter(|root| !root.is_null()) else { continue };
            if !root.is_mapping() {
                return Err(wrong(path, &root, "a helmfile", "a mapping"));
            }
            if !is_known {
                self.first(path, &root, stack)?;
            }
            self.rest(path, &text, &root, stack)?;
        }
        stack.pop();
        Ok(())
    }

    /// Bases, environments and values.
    fn first(&mut self, path: &str, root: &Node, stack: &mut Vec<String>) -> Result<(), Diagnostic> {
        for base in texts(root.get("bases")) {
            if base.contains("://") || base.contains("::") {
                self.say(
                    path,
                    format!("base {base}"),
                    "not fetched; copy it into the repository, and run this again",
                );
                continue;
            }
            self.file(&join(&self.home, &base), stack)?;
        }
        if let Some(values) = root.get("values").filter(|node| !node.is_null()) {
            // What environments say is over that.
            let own = environments::values(
                self.engine,
                (path, &self.home),
                values,
                "`values`",
                &Map::new(),
                &self.scope,
            )?;
            self.scope.values = merge_maps(&own, &self.scope.values);
        }
        let Some(about) = root.get("environments").and_then(|all| all.get(&self.scope.environment)) else {
            return Ok(());
        };
        if let Some(context) = about.get("kubeContext").and_then(scalar) {
            self.context = Some(context.to_owned());
            context.clone_into(&mut self.scope.context);
        }
        if let Some(values) = about.get("values").filter(|node| !node.is_null()) {
            let what = format!("values of environment `{}`", self.scope.environment);
            let read = environments::values(
                self.engine,
                (path, &self.home),
                values,
                &what,
                &self.scope.values,
                &self.scope,
            )?;
            self.scope.values = merge_maps(&read, &self.given);
        }
        for secret in texts(about.get("secrets")) {
            let what = format!("secrets of environment `{}`: {secret}", self.scope.environment);
            self.say(path, what, "sealed, and not opened: values from it are missing; name them under `secrets` of the project file");
        }
        Ok(())
    }

    fn rest(
        &mut self,
        path: &str,
        text: &str,
        root: &Node,
        stack: &mut Vec<String>,
    ) -> Result<(), Diagnostic> {
        for (key, _) in root.entries() {
            let name = key.value.as_str();
            if !KNOWN.contains(&name) && !name.starts_with('x') {
                let advice = match name {
                    "hooks" => "left out; run them beside the deploy",
                    "apiVersions" => {
                        "left out; pass them with `--api-versions` where charts are rendered without a cluster"
                    }
                    "lockFilePath" | "helmBinary" | "kustomizeBinary" | "updateStrategy" => continue,
                    _ => "left out",
                };
                self.say(path, format!("`{name}`"), advice);
            }
        }
        for item in root.get("repositories").into_iter().flat_map(Node::items) {
            let text = |key: &str| item.get(key).and_then(scalar).unwrap_or_default().to_owned();
            let repository = Repository {
                name: text("name"),
                url: text("url"),
                is_oci: is_true(item.get("oci")) || text("url").starts_with("oci://"),
            };
            if item.get("username").is_some()
                || item.get("password").is_some()
                || item.get("passCredentials").is_some()
            {
                self.say(
                    path,
                    format!("credentials of repository `{}`", repository.name),
                    "not taken over; `longshore helm registry login` or `repo add` asks for them",
                );
            }
            self.repositories.retain(|known| known.name != repository.name);
            self.repositories.push(repository);
        }
        for (key, place) in [("templates", 0), ("helmDefaults", 1), ("commonLabels", 2)] {
            let Some(node) = root.get(key).filter(|node| node.is_mapping()) else { continue };
            let known =
                [&mut self.settings.templates, &mut self.settings.defaults, &mut self.settings.labels]
                    [place as usize]
                    .get_or_insert_with(Node::mapping);
            node.entries().for_each(|(key, value)| known.set(key.value.as_str(), value.clone()));
        }
        if let Some(namespace) = root.get("namespace").and_then(scalar) {
            self.settings.namespace = Some(namespace.to_owned());
        }
        let releases = root.get("releases").filter(|node| !node.is_null());
        if let Some(node) = releases.filter(|node| !node.is_sequence()) {
            return Err(wrong(path, node, "`releases`", "a list"));
        }
        for node in releases.into_iter().flat_map(Node::items) {
            if !node.is_mapping() {
                return Err(wrong(path, node, "a release", "a mapping"));
            }
            if self.releases.len() == RELEASES {
                let message = format!("a helmfile may have {RELEASES} releases, not more");
                return Err(Diagnostic::error("import/too-large", message).at(Place::file(path)));
            }
            let release =
                release::read(self.engine, (path, &self.home), text, node, &self.scope, &self.settings)?;
            self.releases.push(release);
        }
        for item in root.get("helmfiles").into_iter().flat_map(Node::items) {
            self.below(path, item, stack)?;
        }
        Ok(())
    }

    /// Helmfiles below this one, each with its own values.
    fn below(&mut self, path: &str, item: &Node, stack: &mut Vec<String>) -> Result<(), Diagnostic> {
        let Some(named) = scalar(item).or_else(|| item.get("path").and_then(scalar)) else { return Ok(()) };
        if named.contains("://") || named.contains("::") {
            self.say(
                path,
                format!("helmfile {named}"),
                "not fetched; copy it into the repository, and run this again",
            );
            return Ok(());
        }
        if item.get("selectors").is_some() {
            self.say(
                path,
                format!("`selectors` of helmfile {named}"),
                "all of its releases were taken; switch those off that are not wanted",
            );
        }
        let mut given = Map::new();
        if let Some(values) = item.get("values").filter(|node| !node.is_null()) {
            given = environments::values(
                self.engine,
                (path, &self.home),
                values,
                &format!("values of helmfile {named}"),
                &given,
                &self.scope,
            )?;
        }
        let all = self.matching(&join(&self.home, named)).map_err(|error| error.or_at(Place::file(path)))?;
        for found in all {
            let (context, repositories, releases) =
                whole(self.engine, &found, &self.scope.environment, given.clone(), stack)?;
            self.context = self.context.take().or(context);
            for repository in repositories {
                self.repositories.retain(|known| known.name != repository.name);
                self.repositories.push(repository);
            }
            self.releases.extend(releases);
        }
        Ok(())
    }

    /// The helmfiles that a path means: a file, those in a folder, or those that a pattern matches.
    fn matching(&self, path: &str) -> Result<Vec<String>, Diagnostic> {
        let mut all = matching(self.engine.reader, path)?;
        if all.is_empty() && !is_pattern(path) {
            all = matching(self.engine.reader, &format!("{path}/*"))?;
        }
        all.retain(|path| [".yaml", ".yml", ".gotmpl"].iter().any(|end| path.ends_with(end)));
        if all.is_empty() {
            return Err(Diagnostic::error("import/missing", format!("there is no helmfile at `{path}`")));
        }
        Ok(all)
    }
}

/// Whether `{{` was read as a mapping in a mapping: what is written there is a template, and no YAML.
fn has_braces(node: &Node) -> bool {
    node.entries().any(|(key, _)| key.is_mapping()) || node.content.iter().any(has_braces)
}

//! The text of a project file.

use longshore_yaml::Node;

use super::{Draft, DraftEnvironment, DraftLayer, DraftRelease, SecretFrom, Source, Switch};
use crate::tree::{flow, list, map, text};

/// Most characters of a collection that is written in one line.
const LINE: usize = 96;

impl Draft {
    /// The text of the project file. `api_version` is its `apiVersion`, `schema` the schema's file, for editors.
    pub fn project(&self, api_version: &str, schema: &str) -> String {
        let mut out = format!(
            "# yaml-language-server: $schema={schema}\napiVersion: {api_version}\nkind: Project\n{}",
            text(&map([("name", Node::string(&*self.name))]))
        );
        if !self.secrets.is_empty() {
            out.push_str("\nsecrets:\n");
            for (name, from) in &self.secrets {
                let from = flow(match from {
                    SecretFrom::Variable(variable) => map([("env", Node::string(&**variable))]),
                    SecretFrom::File(path) => map([("file", Node::string(&**path))]),
                    SecretFrom::Command(words) => {
                        map([("command", flow(list(words.iter().map(|word| Node::string(&**word)))))])
                    }
                });
                out.push_str(&indented(&text(&map([(&**name, from)])), 2));
            }
        }
        out.push_str("\nenvironments:\n");
        for environment in &self.environments {
            out.push_str(&indented(&text(&map([(&*environment.name, environment.node())])), 2));
        }
        if let Some(first) = self.environments.first() {
            out.push_str(&text(&map([("defaultEnvironment", Node::string(&*first.name))])));
        }
        if !self.external.is_empty() {
            let external = list(self.external.iter().map(|name| Node::string(&**name)));
            out.push('\n');
            out.push_str(&text(&map([("check", map([("external", external)]))])));
        }
        out.push_str("\nreleases:\n");
        for release in &self.releases {
            if let Some(comment) = &release.comment {
                out.extend(["  # ", comment, "\n"]);
            }
            out.push_str(&indented(&text(&map([(&*release.name, release.node())])), 2));
        }
        if self.releases.is_empty() {
            out.truncate(out.len() - 1);
            out.push_str(" {}\n");
        }
        out
    }
}

impl DraftEnvironment {
    fn node(&self) -> Node {
        let mut node = map([("namespace", Node::string(&*self.namespace))]);
        if self.create_namespace {
            node.set("createNamespace", Node::bool(true));
        }
        if let Some(context) = &self.context {
            node.set("context", Node::string(&**context));
        }
        if !self.vars.is_empty() {
            node.set("vars", map(self.vars.iter().map(|(key, value)| (&**key, value.clone()))));
        }
        if !self.releases.is_empty() {
            let releases = self.releases.iter().map(|(name, layer)| (&**name, short(layer.node())));
            node.set("releases", map(releases));
            return node;
        }
        short(node)
    }
}

impl DraftLayer {
    fn node(&self) -> Node {
        let mut node = Node::mapping();
        self.put(&mut node);
        node
    }

    fn put(&self, node: &mut Node) {
        match &self.enabled {
            Some(Switch::Is(wanted)) => node.set("enabled", Node::bool(*wanted)),
            Some(Switch::Asks(variable)) => node.set("enabled", Node::string(&**variable)),
            None => {}
        }
        if !self.values.is_empty() {
            node.set("values", texts(&self.values));
        }
        if let Some(set) = self.set.as_ref().filter(|set| !set.content.is_empty()) {
            node.set("set", set.clone());
        }
    }
}

impl DraftRelease {
    fn node(&self) -> Node {
        let mut node = Node::mapping();
        if let Some(namespace) = &self.namespace {
            node.set("namespace", Node::string(&**namespace));
        }
        if !self.needs.is_empty() {
            node.set("needs", texts(&self.needs));
        }
        match &self.source {
            Source::Chart(path) => node.set("chart", Node::string(&**path)),
            Source::Remote(remote) => {
                let parts = [("repo", &remote.repo), ("name", &remote.name), ("version", &remote.version)];
                node.set("chart", flow(map(parts.map(|(key, text)| (key, Node::string(&**text))))));
            }
            Source::Kustomize(path, false) => node.set("kustomize", Node::string(&**path)),
            Source::Kustomize(path, true) => {
                let inner = map([("path", Node::string(&**path)), ("enableHelm", Node::bool(true))]);
                node.set("kustomize", flow(inner));
            }
            Source::Manifests(paths) if paths.len() == 1 => node.set("manifests", Node::string(&*paths[0])),
            Source::Manifests(paths) => node.set("manifests", texts(paths)),
        }
        self.layer.put(&mut node);
        if !self.hooks.is_empty() {
            let command = |words: &Vec<String>| {
                let words = list(words.iter().map(|word| Node::string(&**word)));
                flow(map([("command", words)]))
            };
            let hooks = self.hooks.iter().map(|(moment, all)| (*moment, list(all.iter().map(command))));
            node.set("hooks", map(hooks));
        }
        if !self.generate.is_empty() {
            let mut all = Node::mapping();
            for secret in &self.generate {
                let mut inner = Node::mapping();
                if !secret.keys.is_empty() {
                    let keys = secret.keys.iter().map(|(key, length)| {
                        (&**key, flow(map([("length", Node::int(i64::from(*length)))])))
                    });
                    inner.set("keys", map(keys));
                }
                if !secret.string_data.is_empty() {
                    let data = secret.string_data.iter().map(|(key, text)| (&**key, Node::string(&**text)));
                    inner.set("stringData", map(data));
                }
                all.set(&secret.name, inner);
            }
            node.set("generate", all);
        }
        node
    }
}

fn texts(all: &[String]) -> Node {
    short(list(all.iter().map(|text| Node::string(&**text))))
}

/// In one line if that is short.
fn short(node: Node) -> Node {
    let line = flow(node.clone());
    let written = text(&line);
    if written.trim_end().contains('\n') || written.len() > LINE { node } else { line }
}

fn indented(text: &str, by: usize) -> String {
    let space = " ".repeat(by);
    text.lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{space}{line}\n") })
        .collect()
}

//! Volumes of a service: claims, files of the repository as ConfigMaps, and space that goes with the pod.

use longshore_diag::Diagnostic;
use longshore_object::secrecy::is_sensitive;
use longshore_yaml::Node;

use super::Context;
use super::words::size;
use crate::files::join;
use crate::left::Left;
use crate::names::name_of;
use crate::tree::{flow, is_true, list, map, place, scalar, texts};

/// What a claim asks for where nothing says how much.
const CLAIM: &str = "1Gi";

/// Most bytes of files that become one ConfigMap (the API takes 1 MiB), and most files.
const CONFIG: usize = 512 << 10;
const FILES: usize = 50;

/// Files of the machine that a pod has anyway.
const OF_THE_NODE: [&str; 3] = ["/etc/localtime", "/etc/timezone", "/etc/hosts"];

/// What a service's pod has of volumes.
#[derive(Default)]
pub(super) struct Volumes {
    /// `volumeMounts`.
    pub(super) mounts: Vec<Node>,
    /// `volumes` of the pod.
    pub(super) of_pod: Vec<Node>,
    /// Claims of its own: `volumeClaimTemplates`.
    pub(super) claims: Vec<Node>,
    /// ConfigMaps, with what is in them.
    pub(super) configs: Vec<(String, Vec<(String, String)>)>,
    /// Whether it has a volume of several services.
    pub(super) stands_on_shared: bool,
}

/// An entry of `volumes`.
struct Entry {
    kind: String,
    source: String,
    target: String,
    is_read_only: bool,
}

impl Entry {
    fn read(node: &Node) -> Option<Self> {
        if let Some(text) = scalar(node) {
            let mut parts = text.split(':');
            let (first, second, mode) = (parts.next()?, parts.next(), parts.next().unwrap_or_default());
            let (source, target) = second.map_or(("", first), |second| (first, second));
            let kind = match source {
                "" => "volume",
                path if path.starts_with(['.', '/', '~']) => "bind",
                _ => "volume",
            };
            let is_read_only = mode.split(',').any(|word| word == "ro");
            return Some(Self {
                kind: kind.to_owned(),
                source: source.to_owned(),
                target: target.to_owned(),
                is_read_only,
            });
        }
        let text = |key: &str| node.get(key).and_then(scalar).unwrap_or_default().to_owned();
        let (target, is_read_only) = (text("target"), is_true(node.get("read_only")));
        (!target.is_empty()).then(|| Self {
            kind: text("type"),
            source: text("source"),
            target,
            is_read_only,
        })
    }
}

/// Names of the named volumes of a service.
pub(super) fn named(service: &Node) -> Vec<String> {
    let entries = service.get("volumes").into_iter().flat_map(Node::items).filter_map(Entry::read);
    entries
        .filter(|entry| entry.kind == "volume" && !entry.source.is_empty())
        .map(|entry| entry.source)
        .collect()
}

/// A claim of that name.
pub(super) fn claim(name: &str, mode: &str) -> Node {
    let spec = map([
        ("accessModes", flow(list([Node::string(mode)]))),
        ("resources", flow(map([("requests", flow(map([("storage", Node::string(CLAIM))])))]))),
    ]);
    map([("metadata", flow(map([("name", Node::string(name))]))), ("spec", spec)])
}

impl Volumes {
    /// Reads `volumes`, `tmpfs`, `shm_size`, `configs` of a service.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(
        context: &Context<'_>,
        key: &str,
        node: &Node,
        left: &mut Vec<Left>,
    ) -> Result<Self, Diagnostic> {
        let mut found = Self::default();
        let name = &context.names[key];
        for item in node.get("volumes").into_iter().flat_map(Node::items) {
            let what = || format!("`volumes` of service `{key}`");
            let at = place(context.file, item);
            match Entry::read(item) {
                Some(entry) if entry.kind == "tmpfs" => found.space(&entry.target, None),
                Some(entry) if entry.kind == "volume" || entry.kind.is_empty() => {
                    found.named(context, &entry, at, &what(), left);
                }
                Some(entry) if entry.kind == "bind" => {
                    found.bind(context, name, &entry, at, &what(), left)?;
                }
                _ => left.push(Left::new(at, what(), "a volume of this kind is not known; it was left out")),
            }
        }
        for target in texts(node.get("tmpfs")) {
            let target = target.split(':').next().unwrap_or_default().to_owned();
            found.space(&target, None);
        }
        if let Some(text) = node.get("shm_size").and_then(scalar) {
            found.space("/dev/shm", size(text));
        }
        found.configs_of(context, key, node, left)?;
        Ok(found)
    }

    fn mount(&mut self, volume: &str, target: &str, below: Option<&str>, is_read_only: bool) {
        let mut mount = map([("name", Node::string(volume)), ("mountPath", Node::string(target))]);
        if let Some(below) = below {
            mount.set("subPath", Node::string(below));
        }
        if is_read_only {
            mount.set("readOnly", Node::bool(true));
        }
        self.mounts.push(flow(mount));
    }

    /// Space that is gone with the pod.
    fn space(&mut self, target: &str, limit: Option<String>) {
        let name = self.fresh(&name_of(target, "tmp"));
        let mut inner = Node::mapping();
        if target == "/dev/shm" {
            inner.set("medium", Node::string("Memory"));
        }
        if let Some(limit) = limit {
            inner.set("sizeLimit", Node::string(limit));
        }
        self.of_pod.push(flow(map([("name", Node::string(&*name)), ("emptyDir", flow(inner))])));
        self.mount(&name, target, None, false);
    }

    /// A name that no volume of the pod has.
    fn fresh(&self, name: &str) -> String {
        let taken = |name: &str| {
            self.of_pod.iter().any(|volume| volume.get("name").and_then(scalar) == Some(name))
                || self
                    .claims
                    .iter()
                    .any(|claim| claim.at(&["metadata", "name"]).and_then(scalar) == Some(name))
        };
        let (mut free, mut number) = (name.to_owned(), 2);
        while taken(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    }

    fn named(
        &mut self,
        context: &Context<'_>,
        entry: &Entry,
        at: longshore_diag::Place,
        what: &str,
        left: &mut Vec<Left>,
    ) {
        if entry.source.is_empty() {
            let name = self.fresh(&name_of(&entry.target, "data"));
            self.claims.push(claim(&name, "ReadWriteOnce"));
            self.mount(&name, &entry.target, None, entry.is_read_only);
            left.push(Left::new(
                at,
                format!("{what}: {}", entry.target),
                format!("a claim of {CLAIM}; say how much it is to hold"),
            ));
            return;
        }
        let about = context.root.at(&["volumes", &entry.source]);
        let is_external = is_true(about.and_then(|about| about.get("external")));
        let claim_name = name_of(&entry.source, "data");
        if context.shared.contains(&entry.source) || is_external {
            let name = self.fresh(&claim_name);
            let source = map([("claimName", Node::string(&*claim_name))]);
            // Several mounts of one claim are one volume.
            let known = self.of_pod.iter().find_map(|volume| {
                let same =
                    volume.at(&["persistentVolumeClaim", "claimName"]).and_then(scalar) == Some(&claim_name);
                volume.get("name").and_then(scalar).filter(|_| same).map(str::to_owned)
            });
            let name = known.unwrap_or_else(|| {
                self.of_pod.push(flow(map([
                    ("name", Node::string(&*name)),
                    ("persistentVolumeClaim", flow(source)),
                ])));
                name
            });
            self.mount(&name, &entry.target, None, entry.is_read_only);
            self.stands_on_shared |= !is_external;
            return;
        }
        let is_there = self
            .claims
            .iter()
            .any(|claim| claim.at(&["metadata", "name"]).and_then(scalar) == Some(&claim_name));
        if !is_there {
            self.claims.push(claim(&claim_name, "ReadWriteOnce"));
            left.push(Left::new(
                at,
                format!("{what}: {}", entry.source),
                format!("a claim of {CLAIM}; say how much it is to hold"),
            ));
        }
        self.mount(&claim_name, &entry.target, None, entry.is_read_only);
    }

    fn bind(
        &mut self,
        context: &Context<'_>,
        service: &str,
        entry: &Entry,
        at: longshore_diag::Place,
        what: &str,
        left: &mut Vec<Left>,
    ) -> Result<(), Diagnostic> {
        let what = format!("{what}: {}", entry.source);
        if entry.source.starts_with(['/', '~']) {
            if !OF_THE_NODE.contains(&entry.source.as_str()) {
                left.push(Left::new(
                    at,
                    what,
                    "a file or folder of the machine; pods have no machine of their own: it was left out",
                ));
            }
            return Ok(());
        }
        let path = join(context.folder, &entry.source);
        let last = path.rsplit('/').next().unwrap_or_default().to_owned();
        if is_sensitive(&last) || [".pem", ".key", ".p12"].iter().any(|end| last.ends_with(end)) {
            left.push(Left::new(
                at,
                what,
                "it looks like a secret, and was not copied; name it under `secrets` of the project file",
            ));
            return Ok(());
        }
        let is_file = context.reader.has(&path);
        let names: Vec<String> = if is_file {
            vec![last.clone()]
        } else {
            let entries = context.reader.list(&path)?;
            if entries.is_empty() {
                let name = self.fresh(&name_of(&entry.target, "data"));
                self.claims.push(claim(&name, "ReadWriteOnce"));
                self.mount(&name, &entry.target, None, entry.is_read_only);
                left.push(Left::new(at, what, format!("the folder is not in the repository: a claim of {CLAIM} in its place; say how much it is to hold")));
                return Ok(());
            }
            if entries.iter().any(|entry| entry.is_folder) || entries.len() > FILES {
                left.push(Left::new(
                    at,
                    what,
                    "too much for a ConfigMap; put it into the image: it was left out",
                ));
                return Ok(());
            }
            entries.into_iter().map(|entry| entry.name).collect()
        };
        let (mut data, mut total) = (Vec::new(), 0);
        for name in names {
            let file = if is_file { path.clone() } else { join(&path, &name) };
            let bytes = context.reader.read(&file)?.unwrap_or_default();
            total += bytes.len();
            match String::from_utf8(bytes) {
                Ok(text) if total <= CONFIG && is_key(&name) => data.push((name, text)),
                _ => {
                    left.push(Left::new(
                        at,
                        what,
                        "not text, or too much of it for a ConfigMap; put it into the image: it was left out",
                    ));
                    return Ok(());
                }
            }
        }
        let config = format!("{service}-{}", name_of(&last, "files"));
        let volume = self.fresh(&name_of(&last, "files"));
        if !self.configs.iter().any(|(name, _)| *name == config) {
            self.configs.push((config.clone(), data));
        }
        let mut source = map([("name", Node::string(&*config))]);
        if last.rsplit_once('.').is_some_and(|(_, end)| end == "sh")
            || !is_file && entry.target.contains("entrypoint")
        {
            source.set("defaultMode", Node::scalar("!!int", "0755"));
        }
        self.of_pod.push(flow(map([("name", Node::string(&*volume)), ("configMap", flow(source))])));
        self.mount(&volume, &entry.target, is_file.then_some(last.as_str()), true);
        if !entry.is_read_only {
            left.push(Left::new(at, what, "a ConfigMap with what is in it; it cannot be written to"));
        }
        Ok(())
    }

    /// `configs`: files that the Compose file names at its top.
    fn configs_of(
        &mut self,
        context: &Context<'_>,
        key: &str,
        node: &Node,
        left: &mut Vec<Left>,
    ) -> Result<(), Diagnostic> {
        for item in node.get("configs").into_iter().flat_map(Node::items) {
            let Some(name) = scalar(item).or_else(|| item.get("source").and_then(scalar)) else { continue };
            let target =
                item.get("target").and_then(scalar).map_or_else(|| format!("/{name}"), str::to_owned);
            let about = context.root.at(&["configs", name]);
            let text = match about.and_then(|about| about.get("content")).and_then(scalar) {
                Some(text) => Some(text.to_owned()),
                None => match about.and_then(|about| about.get("file")).and_then(scalar) {
                    Some(path) => context.reader.text(&join(context.folder, path))?,
                    None => None,
                },
            };
            let Some(text) = text else {
                let advice = "its content is not in the repository: it was left out";
                left.push(Left::new(
                    place(context.file, item),
                    format!("config `{name}` of service `{key}`"),
                    advice,
                ));
                continue;
            };
            let config = format!("{}-{}", context.names[key], name_of(name, "config"));
            let volume = self.fresh(&name_of(name, "config"));
            self.configs.push((config.clone(), vec![("content".to_owned(), text)]));
            self.of_pod.push(flow(map([
                ("name", Node::string(&*volume)),
                ("configMap", flow(map([("name", Node::string(&*config))]))),
            ])));
            self.mount(&volume, &target, Some("content"), true);
        }
        Ok(())
    }
}

/// Whether a ConfigMap takes it for a key.
fn is_key(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

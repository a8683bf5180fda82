//! Entries of a kustomization that fail: files that are not there, patches that fit nothing, and the like.

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::Kind;

use super::file::between;
use super::{Teller, hint};
use crate::error::Error;
use crate::field;
use crate::lines::{entry, path_from, path_of};
use crate::spot::{Key, Spot};

/// What is said of an entry, by the words that Kustomize has for it: a code, and what was found. `{}` is the entry.
pub(super) const TABLE: [(&str, &str, &str); 32] = [
    ("external plugins disabled", "kustomize/plugin", "plugins that are programs are switched off"),
    ("must specify --enable-helm", "kustomize/chart", "charts are not inflated without a flag"),
    ("security; file", "kustomize/outside", "{} is outside of the kustomization's folder"),
    ("security; bases in", "kustomize/outside", "{} leads out of the repository"),
    ("cycle detected", "kustomize/cycle", "{} leads back to where it came from"),
    ("build on one another", "kustomize/depth", "too many kustomizations build on one another"),
    ("expected kind 'Component'", "kustomize/kind", "{} is no component"),
    ("expected kind != 'Component'", "kustomize/kind", "{} is a component"),
    ("unable to find one of 'kustomization.yaml'", "kustomize/no-file", "{} has no kustomization"),
    ("Found multiple kustomization files", "kustomize/files", "{} has more than one kustomization file"),
    ("no matches for Id", "kustomize/unmatched-patch", "the patch fits no resource"),
    ("multiple matches for Id", "kustomize/ambiguous", "the patch fits several resources"),
    ("illegally qualifies as both", "kustomize/patch", "the patch can be read in two ways"),
    (
        "unable to parse SM or JSON patch",
        "kustomize/patch",
        "the patch is neither an object nor a list of operations",
    ),
    ("must specify a target for JSON patch", "kustomize/patch", "a JSON patch needs a target"),
    ("must specify one of patch and path", "kustomize/patch", "the entry has no patch"),
    ("patch and path can't be set", "kustomize/patch", "the entry has a patch and names a file"),
    ("not allowed to set `patches.target`", "kustomize/patch", "several patches cannot share a target"),
    ("already registered id", "kustomize/twice", "an object is there twice"),
    ("behavior must be merge or replace", "kustomize/twice", "what is generated is there already"),
    (
        "does not exist; cannot merge or replace",
        "kustomize/unmatched",
        "there is nothing to merge into or to replace",
    ),
    ("ID conflict", "kustomize/twice", "two objects are the same in that namespace"),
    (
        "does not match a config with the following GVK",
        "kustomize/unmatched",
        "the entry fits nothing that has replicas",
    ),
    ("multiple possible referrals", "kustomize/ambiguous", "a name may mean several objects"),
    ("cannot be mapped to a field", "kustomize/unmatched", "the object of a variable is not there"),
    ("not found in corresponding resource", "kustomize/field", "the object of a variable has no such field"),
    ("' already encountered", "kustomize/twice", "a variable is there twice"),
    ("nothing selected by", "kustomize/unmatched", "there is no such source"),
    ("multiple matches for selector", "kustomize/ambiguous", "several resources may be the source"),
    ("is missing for replacement source", "kustomize/field", "the source has no such field"),
    ("field \"", "kustomize/field", "the target has no such field"),
    ("illegally repeats the key", "kustomize/key", "a key is there twice"),
];

impl Teller<'_> {
    /// An error of an entry of a kustomization; `outer` are the entries that led to the kustomization.
    pub(super) fn of_entry(&self, error: &Error, spot: &Spot, outer: &[Spot]) -> Diagnostic {
        let text = error.text();
        let named = self.named(spot);
        let shown = named.as_deref().map_or_else(|| format!("`{spot}`"), |named| format!("`{named}`"));
        let place = self.lines.place(spot);
        // Of an entry that names a file it is that name which is wrong.
        let named_at = |place: Place| {
            let path =
                |node: &longshore_yaml::Node| Some(self.lines.at(&path_of(spot), entry(node, "path")?.1));
            self.lines.with_node(spot, path).unwrap_or(place)
        };
        let is_missing = text.contains("no such file or directory")
            || text.contains("must build at directory: not a valid");
        let is_known = TABLE.iter().find(|(words, ..)| text.contains(words));
        if is_missing
            && is_known.is_none_or(|(_, code, _)| !["kustomize/outside", "kustomize/cycle"].contains(code))
        {
            let path = named.as_deref().map(path_in).unwrap_or_default();
            // What an entry needs need not be named by it.
            let needed = match path {
                "" => between(text, "lstat ", ": no such file").map(|path| self.lines.shown(path)),
                path => Some(path.to_owned()),
            };
            let needed = needed.unwrap_or_else(|| spot.to_string());
            let mut diagnostic = Diagnostic::error("kustomize/missing", format!("`{needed}` is not there"))
                .at(named_at(place));
            if !path.is_empty() {
                diagnostic.hint = hint::missing(&spot.folder, path, self.lines.files());
            }
            return diagnostic;
        }
        if let Some(diagnostic) = named.as_deref().and_then(|named| self.of_named_file(text, spot, named)) {
            return diagnostic.within("which is named here", Some(named_at(place)));
        }
        if let Some(template) = self.template(text, spot) {
            return Diagnostic::error("kustomize/chart", "the chart cannot be inflated")
                .at(template)
                .within("it is inflated here", Some(place));
        }
        let mut diagnostic = match is_known {
            Some((words, code, what)) => {
                let place = if *code == "kustomize/outside" { named_at(place) } else { place };
                let mut diagnostic = Diagnostic::error(code, what.replace("{}", &shown)).at(place);
                match *words {
                    "cycle detected" => diagnostic.hint = self.cycle(spot, outer, named.as_deref()),
                    "no matches for Id" | "multiple matches for Id" => {
                        diagnostic = self.with_patch(diagnostic, text, spot);
                    }
                    "unable to parse SM or JSON patch" => diagnostic = self.unreadable(diagnostic, spot),
                    _ => {}
                }
                diagnostic
            }
            None if spot.path.contains(&Key::Field("patch")) => {
                Diagnostic::error("kustomize/operation", "the operation does not fit the object").at(place)
            }
            None => {
                // In the configuration of a transformer no field may be named.
                let what = if spot.field().is_some() { spot.to_string() } else { place.file.clone() };
                Diagnostic::error("kustomize/build", format!("`{what}` fails")).at(place)
            }
        };
        if diagnostic.hint.is_none() {
            diagnostic.hint = hint::of(text);
        }
        diagnostic
    }

    /// The file that an entry names, if that is no YAML and the error is about that.
    fn of_named_file(&self, text: &str, spot: &Spot, named: &str) -> Option<Diagnostic> {
        if !text.contains("yaml: ") && !text.contains("parse SM or JSON patch") {
            return None;
        }
        let path = path_from(&spot.folder, named);
        let file = self.lines.file(&path)?;
        let wrong = file.wrong.as_ref()?;
        let place =
            Place::new(self.lines.shown(&path), wrong.line().unwrap_or(0), wrong.column().unwrap_or(0));
        Some(super::file::of_yaml(wrong, &file).at(place))
    }

    /// The place in a chart's template that an error names: `unable to inflate chart 'web': web/templates/x.yaml:4:21`.
    fn template(&self, text: &str, spot: &Spot) -> Option<Place> {
        let rest = text.split_once("unable to inflate chart '")?.1.split_once("': ")?.1;
        let mut parts = rest.split([':', '\n', ' ']);
        let (path, line, column) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let globals = Spot { path: vec![Key::Field("helmGlobals"), Key::Field("chartHome")], ..spot.clone() };
        let home = self.lines.with_node(&globals, |node| Some(node.value.to_string()));
        let home = path_from(&spot.folder, home.as_deref().unwrap_or("charts"));
        let path = path_from(&home, path);
        self.lines.file(&path)?;
        Some(Place::new(self.lines.shown(&path), line.parse().ok()?, column.parse().unwrap_or(0)))
    }

    /// The file or folder that an entry names.
    fn named(&self, spot: &Spot) -> Option<String> {
        // What stands in a literal may be secret.
        if spot.path.contains(&Key::Field("literals")) {
            return None;
        }
        self.lines.with_node(spot, |node| {
            let value = entry(node, "path").map_or(node, |(_, value)| value);
            (!value.value.is_empty() && !value.value.contains('\n')).then(|| value.value.to_string())
        })
    }

    /// The way of a cycle.
    fn cycle(&self, spot: &Spot, outer: &[Spot], named: Option<&str>) -> Option<String> {
        let back = path_from(&spot.folder, named?);
        let folders = outer.iter().rev().map(|step| &*step.folder).chain([&*spot.folder, &back]);
        let mut way: Vec<String> = folders.map(|folder| self.lines.shown(folder)).collect();
        way.dedup();
        Some(format!("the cycle: {}; take one of the entries away", way.join(" → ")))
    }

    /// Adds the place of a patch that is in a file of its own.
    fn with_patch(&self, diagnostic: Diagnostic, text: &str, spot: &Spot) -> Diagnostic {
        let Some(file) = self.patch_file(spot) else { return diagnostic };
        // `no matches for Id Deployment.v1.apps/web.[noNs]; failed …`
        let Some(id) = between(text, "matches for Id ", ";") else { return diagnostic };
        let kind = id.split('.').next().unwrap_or_default();
        let rest = id.split_once('/').map_or("", |(_, rest)| rest);
        let name = rest.rsplit_once('.').map_or(rest, |(name, _)| name);
        let place = self.place_of(&file, kind, name);
        diagnostic.within("the patch itself", Some(place))
    }

    /// The file that holds the patch of an entry.
    fn patch_file(&self, spot: &Spot) -> Option<Spot> {
        let path = self.lines.with_node(spot, |node| Some(entry(node, "path")?.1.value.to_string()))?;
        (!path.is_empty()).then(|| Spot::file(&spot.folder, &path))
    }

    /// Why a patch is none.
    fn unreadable(&self, mut diagnostic: Diagnostic, spot: &Spot) -> Diagnostic {
        let (text, at) = if let Some(file) = self.patch_file(spot) {
            let path = path_of(&file);
            let Some(read) = self.lines.file(&path) else { return diagnostic };
            (read.text.clone(), Some(self.lines.shown(&path)))
        } else {
            let patch = |node: &longshore_yaml::Node| Some(entry(node, "patch")?.1.value.to_string());
            let Some(text) = self.lines.with_node(spot, patch) else { return diagnostic };
            (text, None)
        };
        match longshore_yaml::parse(
            text.as_bytes(),
            longshore_yaml::Dialect::V3,
            &longshore_yaml::Limits::default(),
        ) {
            Err(wrong) => {
                let line = wrong.line().unwrap_or(0);
                let said = wrong.to_string();
                diagnostic.hint = Some(match at {
                    Some(file) => {
                        diagnostic = diagnostic.within(
                            "the patch itself",
                            Some(Place::new(file, line, wrong.column().unwrap_or(0))),
                        );
                        format!("it is no YAML: {said}")
                    }
                    None => format!("it is no YAML, in its line {line}: {said}"),
                });
            }
            Ok(documents) => {
                let root = documents.first().map(longshore_yaml::Node::root);
                let has_kind = root.is_some_and(|root| field::get(root, "kind").is_some());
                diagnostic.hint = Some(match root {
                    Some(root) if root.is_mapping() && has_kind => {
                        String::from("a patch that merges is an object: it has no `metadata.name`")
                    }
                    Some(root) if root.is_mapping() => {
                        String::from("a patch that merges is an object: it has no `kind`")
                    }
                    // What begins so is taken for JSON, where the same in YAML would do.
                    Some(root) if root.kind == Kind::Sequence && text.starts_with('[') => String::from(
                        "a list in brackets must be JSON, its keys and texts in quotation marks; or write an operation to a line (`- op: replace`)",
                    ),
                    _ => String::from(
                        "a patch is an object with `apiVersion`, `kind` and `metadata.name`, or a list of operations (`- op: replace`)",
                    ),
                });
                if let Some(file) = at {
                    diagnostic = diagnostic.within("the patch itself", Some(Place::new(file, 1, 0)));
                }
            }
        }
        diagnostic
    }
}

/// The path in an entry of a generator, behind its key.
fn path_in(entry: &str) -> &str {
    entry.split_once('=').map_or(entry, |(_, path)| path)
}

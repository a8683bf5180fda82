//! What to do about the mistakes that are made most often, by the words that Kustomize has for them.

use longshore_diag::{Diagnostic, nearest};

use crate::files::Files;
use crate::finding::list;
use crate::kustomization::FILE_NAMES;
use crate::loader::join;

/// The next thing to do, by the text of an error.
pub(super) fn of(text: &str) -> Option<String> {
    let table = [
        (
            "security; file",
            "move the file into the folder, or make a kustomization where it is and name that; with `--load-restrictor LoadRestrictionsNone` kustomizations may read any file",
        ),
        ("security; bases in", "bases of a kustomization in a repository must be in that repository"),
        ("cannot be absolute", "folders are named as seen from the kustomization: `../base`"),
        (
            "expected kind 'Component'",
            "list it under `resources`, or make it a component: `kind: Component`, `apiVersion: kustomize.config.k8s.io/v1alpha1`",
        ),
        ("expected kind != 'Component'", "list it under `components`"),
        (
            "unable to find one of 'kustomization.yaml'",
            "name the files in it, or write a kustomization there: `longshore kustomize create --autodetect`",
        ),
        (
            "Found multiple kustomization files",
            "keep one of `kustomization.yaml`, `kustomization.yml` and `Kustomization`",
        ),
        (
            "illegally qualifies as both",
            "an object has `apiVersion`, `kind` and `metadata.name`, operations are a list",
        ),
        ("must specify a target for JSON patch", "add `target: {kind: …, name: …}` to the entry"),
        ("must specify one of patch and path", "add `path: FILE`, or the patch itself under `patch: |-`"),
        ("patch and path can't be set", "take one of `path` and `patch` away"),
        ("not allowed to set `patches.target`", "make each an entry of its own"),
        (
            "already registered id",
            "give one of them another name or namespace, or make the second one a patch; a base that two others build on comes in twice",
        ),
        (
            "behavior must be merge or replace",
            "`behavior: merge` in the generator adds to it, `behavior: replace` takes its place",
        ),
        (
            "ID conflict",
            "their names are the same: give one of them another, or leave it out of the namespace",
        ),
        (
            "multiple matches for selector",
            "say more in `source`: `group`, `version`, `kind`, `name`, `namespace`",
        ),
        (
            "in replacement target",
            "`options: {create: true}` makes the field; a dot in a name is written `\\.`, an item of a list `[name=web]` or its number",
        ),
        (
            "found multiple possible referrals",
            "give the objects different names before they get prefixes or namespaces, or keep them in kustomizations of their own",
        ),
        (
            "no repo specified for pull",
            "put the chart into `charts/NAME`, name another folder by `helmGlobals: {chartHome: DIR}`, or say where to fetch it from: `repo: URL`",
        ),
        ("must specify --enable-helm", "`--enable-helm` inflates charts"),
        ("external plugins disabled", "`--enable-alpha-plugins` lets kustomizations run programs"),
        ("invalid literal source", "write a literal as `key=value`"),
        ("illegally repeats the key", "a key may stand in one of `literals`, `files` and `envs` only"),
        (
            "cannot be mapped to a field",
            "`objref` names an object that is not there: look at its kind, apiVersion and name",
        ),
        ("already encountered", "give one of the variables another name"),
        ("missing value", "the object has no such field when the patch comes"),
        ("testing ", "the value is another one when the patch comes"),
        (
            "the specified OpenAPI version is not built in",
            "`v1.21.2` is the only version; other schemas are named by `openapi: {path: FILE}`",
        ),
        ("'sortOptions.order' must be", "write `order: legacy` or `order: fifo`"),
    ];
    table.iter().find(|(words, _)| text.contains(words)).map(|(_, hint)| (*hint).to_owned())
}

/// A file or folder that is not there: the name that may have been meant.
pub(super) fn missing(folder: &str, path: &str, files: &dyn Files) -> Option<String> {
    let (folder, path) = match path {
        // The folder itself is not there.
        "" => folder.rsplit_once('/')?,
        path => (folder, path),
    };
    let parts: Vec<&str> = path.split('/').collect();
    let mut here = folder.to_owned();
    for (at, part) in parts.iter().enumerate() {
        let next = join(&here, part);
        if files.resolve(&next).is_ok() {
            here = next;
            continue;
        }
        let mut names = names(files, &here);
        if let Some(near) = nearest(part, names.iter().map(String::as_str)) {
            let meant: Vec<&str> =
                parts[..at].iter().copied().chain([near]).chain(parts[at + 1..].iter().copied()).collect();
            return Some(format!("did you mean `{}`?", meant.join("/")));
        }
        names.retain(|name| !name.starts_with('.') && !FILE_NAMES.contains(&name.as_str()));
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let place = if at == 0 { String::from("there") } else { format!("in `{}`", parts[..at].join("/")) };
        return (!names.is_empty()).then(|| format!("{place} is {}", list(&names)));
    }
    None
}

/// The names in a folder, in order; none if they cannot be told.
fn names(files: &dyn Files, folder: &str) -> Vec<String> {
    files.list(folder).unwrap_or_default().into_iter().map(|entry| entry.name).collect()
}

/// A folder that has no kustomization: those below it that have one.
pub(super) fn no_kustomization(shown: &str, folder: &str, files: &dyn Files) -> Diagnostic {
    let has_one = |below: &String| {
        let folder = join(folder, below);
        FILE_NAMES
            .iter()
            .any(|name| files.resolve(&join(&folder, name)).is_ok_and(|found| !found.file.is_empty()))
    };
    let below = names(files, folder);
    let below: Vec<String> =
        below.into_iter().filter(has_one).map(|name| format!("`{}`", join(shown, &name))).collect();
    let diagnostic = Diagnostic::error("kustomize/no-file", format!("`{shown}` has no kustomization"));
    diagnostic.hint(if below.is_empty() {
        String::from("`longshore kustomize create --autodetect` writes one for the files that are there")
    } else {
        format!("there is one in {}", list(&below))
    })
}

//! Patches as a kustomization or a configuration has them: in a file or inline, of a kind that is found out.

use longshore_go::Value;

use super::{Patch, quoted};
use crate::error::{Context as _, Error};
use crate::json6902::JsonPatch;
use crate::kustomization;
use crate::loader::Loader;
use crate::resource::{self, Resource, annotations};
use crate::shown::{map, selector, text, texts, yaml};
use crate::spot::Key;

/// Reads an entry of `patches`; `shown` is how its configuration looks.
///
/// # Errors
/// It names neither a file nor a text, or both; the file cannot be read; it is no patch, or both kinds at once.
pub fn patch(entry: &kustomization::Patch, shown: &str, loader: &Loader<'_>) -> Result<Patch, Error> {
    let inline = entry.patch.trim();
    let (text, source) = match (inline, entry.path.as_str()) {
        ("", "") => return Err(Error::new(format!("must specify one of patch and path in\n{shown}"))),
        (text, "") => (text.to_owned(), format!("[patch: {}]", quoted(text))),
        ("", path) => {
            let loaded = loader.load(path);
            let loaded = loaded.context(|| format!("failed to get the patch file from path({path})"))?;
            (String::from_utf8_lossy(&loaded).into_owned(), format!("[path: {}]", quoted(path)))
        }
        _ => return Err(Error::new(format!("patch and path can't be set at the same time\n{shown}"))),
    };
    let merges = resource::read(text.as_bytes());
    let operations = match &*text {
        "" => Err(Error::new("empty json patch operations")),
        text => JsonPatch::decode(text),
    };
    let target = entry.target.clone();
    match (merges, operations) {
        (Ok(merges), Ok(operations)) if !merges.is_empty() && !operations.is_empty() => {
            Err(Error::new(format!("illegally qualifies as both an SM and JSON patch: {source}")))
        }
        (Ok(mut patches), _) => {
            let options = entry.options.unwrap_or_default();
            for patch in &mut patches {
                if options.allow_name_change {
                    patch.switch_on(annotations::ALLOW_NAME_CHANGE);
                }
                if options.allow_kind_change {
                    patch.switch_on(annotations::ALLOW_KIND_CHANGE);
                }
            }
            Ok(Patch::Merge { patches, target, source })
        }
        (Err(_), Ok(patch)) => Ok(Patch::Json { patch, target, source }),
        (Err(_), Err(_)) => Err(Error::new(format!("unable to parse SM or JSON patch from {source}"))),
    }
}

/// Reads `patchesStrategicMerge`: each entry is a patch, or else the path of a file with patches. `inline` has more.
///
/// # Errors
/// There is none, or a file cannot be read.
pub fn strategic_merge(paths: &[String], inline: &str, loader: &Loader<'_>) -> Result<Patch, Error> {
    if paths.is_empty() && inline.is_empty() {
        return Err(Error::new("empty file path and empty patch content"));
    }
    let mut patches = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        match resource::read(path.as_bytes()) {
            Ok(found) => patches.extend(found),
            Err(_) => patches.extend(from_file(path, loader).under([Key::Item(at)])?),
        }
    }
    if !inline.is_empty() {
        patches.extend(resource::read(inline.as_bytes())?);
    }
    if patches.is_empty() {
        let files = paths.join(" ");
        return Err(Error::new(format!("patch appears to be empty; files=[{files}], Patch={inline}")));
    }
    Ok(Patch::OldMerge(patches))
}

fn from_file(path: &str, loader: &Loader<'_>) -> Result<Vec<Resource>, Error> {
    let text = loader.load(path)?;
    resource::read(&text).map_err(|error| resource::of_file(error, path))
}

/// Reads an entry of `patchesJson6902`; `patch` is its text.
///
/// # Errors
/// It names no resource, neither a file nor a text, or both; or it has no operations.
pub fn json6902(entry: &kustomization::Patch, loader: &Loader<'_>) -> Result<Patch, Error> {
    let target = entry.target.clone().unwrap_or_default();
    if target.name.is_empty() {
        return Err(Error::new("must specify the target name"));
    }
    let (path, mut text) = (entry.path.as_str(), entry.patch.clone());
    match (path, &*text) {
        ("", "") => return Err(Error::new("empty file path and empty jsonOp")),
        ("", _) => {}
        (_, "") => {
            text = String::from_utf8_lossy(&loader.load(path)?).into_owned();
            if text.is_empty() {
                return Err(Error::new(format!("patch file '{path}' empty seems to be empty")));
            }
        }
        _ => return Err(Error::new("must specify a file path or jsonOp, not both")),
    }
    let patch = if text.starts_with('[') {
        JsonPatch::decode(&text).map_err(|error| error.wrapped(format!("decoding {text}")))?
    } else {
        // From here on it is JSON.
        text = JsonPatch::yaml_to_json(&text)?;
        JsonPatch::decode_json(&text).map_err(|error| error.wrapped(format!("decoding {text}")))?
    };
    if patch.is_empty() {
        return Err(Error::new(format!("patch appears to be empty; file={path}, JsonOp={text}")));
    }
    Ok(Patch::OldJson(patch, target))
}

/// An entry as its configuration looks: what is empty is left out.
pub fn shown(entry: &kustomization::Patch, text_field: &str) -> String {
    let flag = |is_set: bool| is_set.then_some(Value::Bool(true));
    let options = entry.options.map(|options| {
        map([
            ("allowNameChange", flag(options.allow_name_change)),
            ("allowKindChange", flag(options.allow_kind_change)),
        ])
    });
    yaml(&map([
        ("path", text(&entry.path)),
        (text_field, text(&entry.patch)),
        ("target", entry.target.as_ref().map(selector)),
        ("options", options),
    ]))
}

/// A list of texts under a name, as a configuration looks.
pub fn shown_list(name: &str, list: &[String]) -> String {
    yaml(&map([(name, Some(texts(list)))]))
}

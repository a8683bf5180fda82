//! Images by digest: which images a text of manifests names, and the same text with others in their places.

use longshore_diag::Diagnostic;
use longshore_object::{Object, Tree, parse_manifests};
use serde_json::Value;

use super::replaced;

/// An image in an object, and where it stands.
struct Image {
    pointer: String,
    image: String,
}

/// Where an object describes its pods.
fn pods_of(object: &Object) -> Option<&'static str> {
    match (object.gvk().group.as_str(), object.kind()) {
        ("", "Pod") => Some("/spec"),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job") => Some("/spec/template/spec"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template/spec"),
        _ => None,
    }
}

fn of_object(object: &Object) -> Vec<Image> {
    let Some(pods) = pods_of(object) else { return Vec::new() };
    let mut found = Vec::new();
    for list in ["initContainers", "containers"] {
        let pointer = format!("{pods}/{list}");
        for (at, container) in object.get(&pointer).map_or(&[][..], Tree::items).iter().enumerate() {
            if let Some(image) = container.child("image").and_then(Tree::as_str) {
                found.push(Image { pointer: format!("{pointer}/{at}/image"), image: image.to_owned() });
            }
        }
    }
    found
}

/// The images of the containers that a text of manifests describes, in its order. Of a text that is none, none.
pub fn images(manifest: &str) -> Vec<String> {
    let objects = parse_manifests(manifest, "manifest").unwrap_or_default();
    objects.iter().flat_map(of_object).map(|found| found.image).collect()
}

/// A text of manifests with the images that `pin` gives in the places of those that it is asked about. A text that is no
/// manifest stays as it is: what is wrong with it is told where it is read.
///
/// # Errors
/// `pin` fails; an image is not written as one plain text.
pub fn with_images(
    manifest: &str,
    pin: &dyn Fn(&str) -> Result<Option<String>, Diagnostic>,
) -> Result<String, Diagnostic> {
    let Ok(objects) = parse_manifests(manifest, "manifest") else { return Ok(manifest.to_owned()) };
    let mut wanted: Vec<Value> = objects.iter().map(Object::to_json).collect();
    let mut changes = Vec::new();
    for (object, wanted) in objects.iter().zip(&mut wanted) {
        for found in of_object(object) {
            let Some(image) = pin(&found.image)? else { continue };
            let place = object.place_of(&found.pointer).ok_or_else(|| unplaced(object, &found.image))?;
            if let Some(value) = wanted.pointer_mut(&found.pointer) {
                *value = Value::String(image.clone());
            }
            changes.push(((place.line, place.column), found.image, image, object));
        }
    }
    // From the end, so that what comes before stays where it is.
    changes.sort_by_key(|change| std::cmp::Reverse(change.0));
    let mut text = manifest.to_owned();
    for (place, old, new, object) in &changes {
        text = replaced(&text, *place, old, new).ok_or_else(|| unplaced(object, old))?;
    }
    let now = parse_manifests(&text, "manifest").ok();
    let now = now.map(|objects| objects.iter().map(Object::to_json).collect::<Vec<_>>());
    match changes.first() {
        // An image behind an anchor would stand in several places.
        Some((_, old, _, object)) if now.as_ref() != Some(&wanted) => Err(unplaced(object, old)),
        _ => Ok(text),
    }
}

fn unplaced(object: &Object, image: &str) -> Diagnostic {
    let message = format!("image `{image}` of {} cannot be pinned to its digest", object.key());
    Diagnostic::error("lock/image", message)
        .hint("it is not written as one plain text (an anchor, perhaps): write it out, or with its digest")
}

#[cfg(test)]
mod tests {
    use super::{images, with_images};

    const TEXT: &str = "---
# Source: a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  template:
    spec:
      initContainers: [{name: i, image: 'init:1'}, {name: j, image: app:1}]
      containers:
        - name: c
          image: \"app:1\"   # the app
        - {name: d, image: other}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: b}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: app:1}]}}}}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {image: app:1}}
";

    #[test]
    fn images_are_found_and_others_put_in_their_places() {
        assert_eq!(images(TEXT), ["init:1", "app:1", "app:1", "other", "app:1"]);
        let pinned =
            with_images(TEXT, &|image| Ok((image == "app:1").then(|| format!("{image}@sha256:x")))).unwrap();
        let expected = TEXT
            .replace("{name: j, image: app:1}", "{name: j, image: \"app:1@sha256:x\"}")
            .replace("image: \"app:1\"   #", "image: \"app:1@sha256:x\"   #")
            .replace("{name: c, image: app:1}", "{name: c, image: \"app:1@sha256:x\"}");
        assert_eq!(pinned, expected);
        assert_eq!(with_images("a: [", &|_| Ok(Some("x".to_owned()))).unwrap(), "a: [");
    }

    #[test]
    fn an_image_behind_an_anchor_is_refused() {
        let text = "apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: c, image: &i app:1}, {name: d, image: *i}]}
";
        let error = with_images(text, &|_| Ok(Some("y".to_owned()))).unwrap_err();
        assert_eq!(error.message, "image `app:1` of Pod/a cannot be pinned to its digest");
    }
}

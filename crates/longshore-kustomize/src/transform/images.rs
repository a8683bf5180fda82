//! Names, tags and digests of images.
//!
//! The name in an entry is a regular expression. It is looked for twice: under any `containers` and `initContainers` of
//! any object, and then in the configured fields, so that a suffix of a tag is added twice.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/filters/imagetag>.

use std::collections::BTreeSet;

use longshore_diag::nearest;
use longshore_go::regexp::Regexp;
use longshore_yaml::{Kind, Node};

use crate::error::{Error, HERE};
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::finding::{self, Findings};
use crate::kustomization::Image;
use crate::resource::{Metadata, Resource};

/// Changes what an entry of `images` says.
///
/// # Errors
/// Something in the way to a field is neither a mapping nor a list, an image is no scalar, or the name is no regular
/// expression.
pub(crate) fn apply(
    resources: &mut [Resource],
    image: &Image,
    specs: &[FieldSpec],
    findings: &Findings,
) -> Result<(), Error> {
    let mut seen = Seen::default();
    let mut is_found = false;
    if resources.is_empty() {
        unmatched(image, &seen, findings);
        return Ok(());
    }
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", image.name);
    let pattern = Regexp::compile(pattern.as_bytes()).map_err(|error| Error::new(error.to_string()));
    let mut update = |node: &mut Node| {
        field::expect(node, Kind::Scalar)?;
        let pattern = pattern.as_ref().map_err(Error::clone)?;
        let text = node.root().value.clone();
        if !pattern.is_match(text.as_bytes()) {
            if !is_found && findings.is_asked_for() {
                seen.add(&text);
            }
            return Ok(());
        }
        is_found = true;
        let mut value = field::untyped(updated(&text, image));
        field::quote_if_keyword(&mut value);
        field::set_scalar(node, value)
    };
    // First everywhere in the old way, then everywhere in the new one.
    for resource in resources.iter_mut() {
        if Metadata::of(resource.node()).is_none() {
            return Err(Error::new("missing Resource metadata"));
        }
        if !is_definition(resource) {
            walk(resource.node_mut(), &mut update).map_err(|error| error.about(HERE, resource))?;
            resource.settle();
        }
    }
    for resource in resources.iter_mut().filter(|resource| !is_definition(resource)) {
        for spec in specs {
            let done = spec.apply(resource.node_mut(), None, &mut update);
            done.map_err(|error| error.about(HERE, resource))?;
        }
        resource.settle();
    }
    if !is_found {
        unmatched(image, &seen, findings);
    }
    Ok(())
}

/// Names of images that an entry did not match, as long as it has matched none.
#[derive(Debug, Default)]
struct Seen(BTreeSet<String>);

impl Seen {
    fn add(&mut self, image: &str) {
        const MOST: usize = 100;
        let (name, ..) = split(image);
        if self.0.len() < MOST && !self.0.contains(name) {
            self.0.insert(name.to_owned());
        }
    }
}

/// Notes that an entry matched no image.
fn unmatched(image: &Image, seen: &Seen, findings: &Findings) {
    if !findings.is_asked_for() {
        return;
    }
    let message = format!("no image is called `{}`", image.name);
    let names: Vec<String> = seen.0.iter().map(|name| format!("`{name}`")).collect();
    let hint = if let Some(near) = nearest(&image.name, seen.0.iter().map(String::as_str)) {
        format!("did you mean `{near}`?")
    } else if let Some(full) = seen.0.iter().find(|name| name.rsplit('/').next() == Some(&image.name)) {
        format!("the name has its registry and folder in front: `{full}`")
    } else if names.is_empty() {
        String::from("there are no images here")
    } else {
        format!("the images here are {}", finding::list(&names))
    };
    findings.add("kustomize/unmatched-image", [], message, Some(hint));
}

fn is_definition(resource: &Resource) -> bool {
    resource.kind() == "CustomResourceDefinition"
}

/// Finds the images of containers, wherever containers are.
fn walk(node: &mut Node, update: &mut dyn FnMut(&mut Node) -> Result<(), Error>) -> Result<(), Error> {
    match node.kind {
        Kind::Mapping => {
            for pair in node.content.chunks_exact_mut(2) {
                let [key, value] = pair else { continue };
                walk(value, update)?;
                if (key.value == "containers" || key.value == "initContainers")
                    && value.kind == Kind::Sequence
                {
                    for container in &mut value.content {
                        field::expect(container, Kind::Mapping)?;
                        if let Some(image) = field::get_mut(container, "image") {
                            update(image)?;
                        }
                    }
                }
            }
            Ok(())
        }
        Kind::Sequence => node.content.iter_mut().try_for_each(|item| walk(item, update)),
        _ => Ok(()),
    }
}

/// The image's new name.
fn updated(text: &str, image: &Image) -> String {
    let (name, mut tag, mut digest) = split(text);
    let name = if image.new_name.is_empty() { name } else { &image.new_name };
    let suffixed;
    if !image.new_tag.is_empty() {
        tag = &image.new_tag;
        digest = &image.digest;
    } else if !image.digest.is_empty() {
        tag = "";
        digest = &image.digest;
    } else if !image.tag_suffix.is_empty() {
        suffixed = format!("{tag}{}", image.tag_suffix);
        tag = &suffixed;
        digest = "";
    }
    let colon = if tag.is_empty() { "" } else { ":" };
    let at = if digest.is_empty() { "" } else { "@" };
    format!("{name}{colon}{tag}{at}{digest}")
}

/// Name, tag and digest of an image. A colon in front of the first slash is a port.
pub fn split(image: &str) -> (&str, &str, &str) {
    let start = image.find('/').unwrap_or(0);
    let at = image[start..].find('@').map(|at| at + start);
    let colon = image[start..].find(':').map(|at| at + start);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_a_name_a_tag_and_a_digest() {
        let check = |image, expected| assert_eq!(split(image), expected, "{image}");
        check("nginx", ("nginx", "", ""));
        check("nginx:1", ("nginx", "1", ""));
        check("host:5000/nginx", ("host:5000/nginx", "", ""));
        check("host:5000/nginx:1@sha256:a", ("host:5000/nginx", "1", "sha256:a"));
        check("nginx@sha256:a", ("nginx", "", "sha256:a"));
    }
}

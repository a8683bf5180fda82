//! Names, tags and digests of images.
//!
//! The name in an entry is a regular expression. It is looked for twice: under any `containers` and `initContainers` of
//! any object, and then in the configured fields, so that a suffix of a tag is added twice.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/filters/imagetag>.

use longshore_go::regexp::Regexp;
use longshore_yaml::{Kind, Node};

use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::kustomization::Image;
use crate::resource::{Metadata, Resource};

/// Changes what an entry of `images` says.
///
/// # Errors
/// Something in the way to a field is neither a mapping nor a list, an image is no scalar, or the name is no regular
/// expression.
pub fn apply(resources: &mut [Resource], image: &Image, specs: &[FieldSpec]) -> Result<(), Error> {
    if resources.is_empty() {
        return Ok(());
    }
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", image.name);
    let pattern = Regexp::compile(pattern.as_bytes()).map_err(|error| Error::new(error.to_string()));
    let mut update = |node: &mut Node| {
        field::expect(node, Kind::Scalar)?;
        let pattern = pattern.as_ref().map_err(Error::clone)?;
        let text = node.root().value.clone();
        if !pattern.is_match(text.as_bytes()) {
            return Ok(());
        }
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
            walk(resource.node_mut(), &mut update)?;
            resource.settle();
        }
    }
    for resource in resources.iter_mut().filter(|resource| !is_definition(resource)) {
        for spec in specs {
            spec.apply(resource.node_mut(), None, &mut update)?;
        }
        resource.settle();
    }
    Ok(())
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

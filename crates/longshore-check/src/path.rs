//! Fields of objects, as they are written in messages and as places.

use longshore_diag::Place;
use longshore_object::Object;

/// Where the field at a JSON pointer was written, or the nearest one around it, or the object.
pub(crate) fn place(object: &Object, pointer: &str) -> Place {
    let mut pointer = pointer;
    loop {
        match object.place_of(pointer) {
            Some(place) if !pointer.is_empty() => return place,
            _ => {}
        }
        let Some(end) = pointer.rfind('/') else { return object.place().clone() };
        pointer = &pointer[..end];
    }
}

/// `/spec/containers/0/env` as people write it: `spec.containers[0].env`.
pub(crate) fn shown(pointer: &str) -> String {
    let mut text = String::new();
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            text.extend(["[", &token, "]"]);
        } else if token.contains(['.', '/']) {
            text.extend(["[\"", &token, "\"]"]);
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text += &token;
        }
    }
    text
}

/// A key as part of a JSON pointer.
pub(crate) fn token(key: &str) -> String {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1") } else { key.to_owned() }
}

#[cfg(test)]
mod tests {
    use longshore_object::parse_manifests;

    use super::{place, shown, token};

    #[test]
    fn fields_are_named_as_people_write_them() {
        assert_eq!(shown("/spec/containers/0/image"), "spec.containers[0].image");
        assert_eq!(
            shown(&format!("/metadata/annotations/{}", token("a.b/c~d"))),
            "metadata.annotations[\"a.b/c~d\"]"
        );
    }

    #[test]
    fn a_field_that_is_not_there_lies_where_its_parent_is() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: x\n";
        let object = &parse_manifests(text, "a.yaml").unwrap()[0];
        for (pointer, expected) in [
            ("/spec/containers/0/image/x", "a.yaml:7:5"),
            ("/spec/nothing", "a.yaml:5:1"),
            ("/nothing", "a.yaml:1"),
        ] {
            assert_eq!(place(object, pointer).to_string(), expected, "{pointer}");
        }
    }
}

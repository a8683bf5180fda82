//! The target of `longshore-object`: manifests, and what is known of their objects.

use longshore_object::{identities_are_unique, order, parse_manifests, references};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[("object_manifest", manifest)];

/// A manifest's objects, their order and references; a place lies within the text.
pub fn manifest(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let lines = text.split('\n').count() as u32;
    match parse_manifests(text, "all.yaml") {
        Ok(objects) => {
            let _ = identities_are_unique(&objects, "default");
            let waves = order::waves(&objects, "default");
            assert_eq!(waves.iter().map(Vec::len).sum::<usize>(), objects.len());
            for object in &objects {
                assert!(object.place().line <= lines, "{} in {lines} lines", object.place());
                let _ = (references::references(object), references::keys_read(object));
                let _ = object.to_json();
            }
        }
        Err(error) => assert!(error.place.is_some(), "{error}"),
    }
}

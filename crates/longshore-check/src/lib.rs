//! What is wrong with objects, found without asking a cluster.
//!
//! [`check`] looks at all objects of an environment: [`schema`] holds each against the API of Kubernetes' versions, and
//! the rules ([`RULES`]) look at what objects name of each other. [`flows`] says which pods may talk to which, as network
//! policies have it.
//!
//! Everything here is a pure function of what is passed in.
//!
//! ```
//! use longshore_check::{Options, Release, check};
//! let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, imagee: x}\n";
//! let objects = longshore_object::parse_manifests(text, "a.yaml")?;
//! let releases = [Release { name: "a", namespace: "shop", objects: &objects }];
//! let found = check(&releases, &Options { minors: vec![36], ..Options::default() });
//! assert_eq!(found[0].diagnostic.hint.as_deref(), Some("did you mean `image`?"));
//! # Ok::<(), longshore_diag::Diagnostic>(())
//! ```

pub mod flows;
mod path;
mod rules;
pub mod schema;
mod silence;
mod world;

use std::collections::BTreeSet;

use longshore_diag::Diagnostic;
use longshore_object::Object;

pub use rules::{RULES, Rule};
pub use silence::{ANNOTATION, silence};

/// The objects of a release.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its name.
    pub name: &'a str,
    /// The namespace of those of its objects that name none.
    pub namespace: &'a str,
    /// All of them.
    pub objects: &'a [Object],
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The minor versions of Kubernetes 1 that the objects are meant for.
    pub minors: Vec<u32>,
    /// What is there beside the releases: `Secret/registry`, `ConfigMap/*`.
    pub external: Vec<String>,
    /// Rules that are left out.
    pub disabled: BTreeSet<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The release, by its number.
    pub release: usize,
    /// The object in it, by its number.
    pub object: usize,
    /// What is wrong, at the object's own place.
    pub diagnostic: Diagnostic,
}

/// What is wrong with the objects of an environment, in their order.
pub fn check(releases: &[Release<'_>], options: &Options) -> Vec<Finding> {
    let world = world::World::new(releases, &options.external);
    let mut found = Vec::new();
    for (release, of) in releases.iter().enumerate() {
        for (number, object) in of.objects.iter().enumerate() {
            let namespace = object.namespace().unwrap_or(of.namespace);
            let subject = rules::Subject { object, release, namespace, world: &world };
            let mut diagnostics = rules::findings(&subject, &options.minors);
            silence::apply(object, &mut diagnostics);
            diagnostics.retain(|diagnostic| !options.disabled.contains(diagnostic.code));
            found.extend(diagnostics.into_iter().map(|diagnostic| Finding {
                release,
                object: number,
                diagnostic,
            }));
        }
    }
    found
}

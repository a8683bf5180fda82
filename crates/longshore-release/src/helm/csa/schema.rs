//! Which lists of Kubernetes' own kinds merge, and by which key: what a strategic merge patch is made with.
//!
//! Facts of the API's Go types, in `types.txt`. A kind that is not among them is patched without.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use longshore_object::Gvk;

/// The facts, one type or group version to a line.
const TEXT: &str = include_str!("types.txt");

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

struct Table {
    types: BTreeMap<&'static str, Fields>,
    /// Kinds by group version and name.
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
}

type Fields = BTreeMap<&'static str, Field>;

/// What is known of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// The type of its value, or of its items.
    pub(super) of: Type,
    /// Its items are merged, by `key` if they are objects.
    pub(super) merges: bool,
    /// The key by which items are merged.
    pub(super) key: &'static str,
    /// It is replaced as a whole, though it is an object.
    pub(super) replaces: bool,
    /// Fields of the live object that the new one does not name go.
    pub(super) retains: bool,
}

/// A type; most have nothing to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Type(Option<&'static str>);

impl Type {
    /// That of a kind; none for a kind that is not Kubernetes' own, for which there are no strategic merge patches.
    pub(super) fn of(gvk: &Gvk) -> Option<Self> {
        let api_version = gvk.api_version();
        let found = TABLE.kinds.range::<(&str, &str), _>((api_version.as_str(), gvk.kind.as_str())..).next();
        let ((version, kind), name) = found?;
        (*version == api_version && *kind == gvk.kind).then_some(Self(Some(name)))
    }

    /// What is known of one of its fields.
    pub(super) fn field(self, name: &str) -> Field {
        let fields = self.0.and_then(|own| TABLE.types.get(own));
        fields.and_then(|fields| fields.get(name)).copied().unwrap_or_default()
    }
}

impl Table {
    fn read() -> Self {
        let mut table = Self { types: BTreeMap::new(), kinds: BTreeMap::new() };
        let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
        let mut is_of_kinds = false;
        for line in lines {
            let mut words = line.split(' ');
            let Some(name) = words.next().filter(|name| !name.is_empty()) else {
                is_of_kinds = true;
                continue;
            };
            if !is_of_kinds {
                table.types.insert(name, words.map(Field::read).collect());
                continue;
            }
            for word in words {
                let (kind, of) = match word.split_once('=') {
                    Some(pair) => pair,
                    None if table.types.contains_key(word) => (word, word),
                    None => (word, "Object"),
                };
                table.kinds.insert((name, kind), of);
            }
        }
        table
    }
}

impl Field {
    /// `name:TYPE[:STRATEGIES[:KEY]]`
    fn read(word: &'static str) -> (&'static str, Self) {
        let mut parts = word.split(':');
        let name = parts.next().unwrap_or_default();
        let of = Type(parts.next().filter(|of| *of != "-"));
        let strategies = parts.next().unwrap_or_default();
        let has = |strategy: &str| strategies.split(',').any(|one| one == strategy);
        let field = Self {
            of,
            merges: has("merge"),
            key: parts.next().unwrap_or_default(),
            replaces: has("replace"),
            retains: has("retainKeys"),
        };
        (name, field)
    }
}

#[cfg(test)]
mod tests {
    use longshore_object::Gvk;

    use super::{TABLE, Type};

    #[test]
    fn every_type_that_is_named_is_there() {
        let named = TABLE.types.values().flat_map(|fields| fields.values()).filter_map(|field| field.of.0);
        let kinds = TABLE.kinds.values().copied().filter(|of| *of != "-");
        for name in named.chain(kinds) {
            assert!(TABLE.types.contains_key(name), "{name}");
        }
    }

    #[test]
    fn lists_of_builtin_kinds_merge_by_their_keys() {
        let deployment = Type::of(&Gvk::new("apps/v1", "Deployment")).unwrap();
        let pod = deployment.field("spec").of.field("template").of.field("spec").of;
        assert_eq!(pod.field("containers").key, "name");
        assert_eq!(pod.field("containers").of.field("ports").key, "containerPort");
        assert!(pod.field("volumes").retains && pod.field("volumes").merges);
        assert!(!pod.field("tolerations").merges);
        assert!(deployment.field("spec").of.field("strategy").retains);
        assert!(Type::of(&Gvk::new("v1", "ConfigMap")).is_some());
        assert!(Type::of(&Gvk::new("example.com/v1", "Deployment")).is_none());
        assert!(Type::of(&Gvk::new("apps/v1", "Deploymen")).is_none());
    }
}

//! What a SOPS file says of itself: to whom its data key is sealed, which of its values are encrypted, its MAC.

use super::SopsError;
use super::rule::Rule;
use super::tree::{Leaf, Tree};

/// The key under which metadata stands.
const KEY: &str = "sops";
/// The most keys to which a data key may be sealed; each costs an attempt with each identity.
const MAX_KEYS: usize = 256;
/// The longest sealed data key: one recipient's is a few hundred bytes.
const MAX_SEALED_KEY: usize = 64 << 10;

/// Kinds of keys that are not opened here: where they stand, how they are called, what names one of them.
const OTHER_KINDS: [(&str, &str, &str); 6] = [
    ("kms", "AWS KMS", "arn"),
    ("gcp_kms", "Google Cloud KMS", "resource_id"),
    ("hckms", "Huawei Cloud KMS", "key_id"),
    ("azure_kv", "Azure Key Vault", "vault_url"),
    ("hc_vault", "HashiCorp Vault", "vault_address"),
    ("pgp", "PGP", "fp"),
];

/// The metadata of a file.
pub(super) struct Metadata {
    pub(super) groups: Vec<Group>,
    /// How many groups it takes, if there are several.
    pub(super) threshold: usize,
    /// When it was written: what the MAC is sealed to.
    pub(super) modified: String,
    pub(super) mac: String,
    pub(super) rule: Rule,
    /// Whether the MAC is of encrypted values alone.
    pub(super) is_mac_of_encrypted: bool,
}

/// Keys each of which opens the same part of the data key.
pub(super) struct Group {
    pub(super) age: Vec<AgeKey>,
    /// Kinds and names of the others.
    pub(super) others: Vec<String>,
}

/// A part of the data key, sealed to an age recipient.
pub(super) struct AgeKey {
    pub(super) recipient: String,
    pub(super) sealed: String,
}

/// Takes the metadata out of the documents; that of the first counts.
pub(super) fn take(documents: &mut [Tree]) -> Result<Tree, SopsError> {
    let mut found = Vec::new();
    for document in documents {
        if let Tree::Map(entries) = document
            && let Some(at) = entries.iter().position(|(key, _)| key == KEY)
        {
            found.push(entries.remove(at).1);
        }
    }
    match found.into_iter().next() {
        Some(metadata @ Tree::Map(_)) => Ok(metadata),
        Some(_) => Err(SopsError::Metadata("it must be a mapping".to_owned())),
        None => Err(SopsError::NotEncrypted),
    }
}

impl Metadata {
    pub(super) fn read(tree: &Tree) -> Result<Self, SopsError> {
        let own = group(tree)?;
        let groups = if own.age.is_empty() && own.others.is_empty() {
            items(tree, "key_groups")?.iter().map(group).collect::<Result<_, _>>()?
        } else {
            vec![own]
        };
        let count: usize = groups.iter().map(|group| group.age.len() + group.others.len()).sum();
        if count == 0 {
            return Err(SopsError::Metadata("its data key is sealed to nobody".to_owned()));
        }
        if count > MAX_KEYS {
            return Err(SopsError::Metadata(format!("its data key is sealed to more than {MAX_KEYS} keys")));
        }
        let threshold = match tree.get("shamir_threshold") {
            None | Some(Tree::Leaf(Leaf::Null | Leaf::Int(0))) => groups.len(),
            Some(other) => threshold(other, groups.len())?,
        };
        Ok(Self {
            threshold,
            groups,
            modified: text(tree, "lastmodified")?,
            mac: text(tree, "mac")?,
            rule: Rule::read(tree)?,
            is_mac_of_encrypted: flag(tree, "mac_only_encrypted")?,
        })
    }
}

fn threshold(tree: &Tree, groups: usize) -> Result<usize, SopsError> {
    let read = match tree {
        Tree::Leaf(Leaf::Int(number)) => usize::try_from(*number).ok(),
        other => other.as_text().and_then(|text| text.parse().ok()),
    };
    match read {
        Some(0) => Ok(groups),
        Some(number) if number <= groups.max(1) => Ok(number),
        _ => Err(SopsError::Metadata("`shamir_threshold` is no number of its key groups".to_owned())),
    }
}

fn group(tree: &Tree) -> Result<Group, SopsError> {
    let mut age = Vec::new();
    for key in items(tree, "age")? {
        let sealed = text(key, "enc")?;
        if sealed.len() > MAX_SEALED_KEY {
            return Err(SopsError::Metadata("a sealed data key in it is too long".to_owned()));
        }
        age.push(AgeKey { recipient: text(key, "recipient")?, sealed });
    }
    let mut others = Vec::new();
    for (kind, called, name) in OTHER_KINDS {
        for key in items(tree, kind)? {
            others.push(match key.get(name).and_then(Tree::as_text) {
                Some(name) => format!("{called} ({name})"),
                None => called.to_owned(),
            });
        }
    }
    Ok(Group { age, others })
}

fn items<'t>(tree: &'t Tree, key: &str) -> Result<&'t [Tree], SopsError> {
    match tree.get(key) {
        None | Some(Tree::Leaf(Leaf::Null)) => Ok(&[]),
        Some(Tree::List(items)) => Ok(items),
        Some(_) => Err(SopsError::Metadata(format!("`{key}` must be a list"))),
    }
}

/// A text that has to be there.
fn text(tree: &Tree, key: &str) -> Result<String, SopsError> {
    let found = tree.get(key).and_then(Tree::as_text).filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| SopsError::Metadata(format!("there is no `{key}`")))
}

/// True or false, also as the text that flat formats have.
fn flag(tree: &Tree, key: &str) -> Result<bool, SopsError> {
    match tree.get(key) {
        None | Some(Tree::Leaf(Leaf::Null)) => Ok(false),
        Some(Tree::Leaf(Leaf::Bool(value))) => Ok(*value),
        Some(other) => match other.as_text() {
            Some("true") => Ok(true),
            Some("false" | "") => Ok(false),
            _ => Err(SopsError::Metadata(format!("`{key}` must be true or false"))),
        },
    }
}

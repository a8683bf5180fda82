//! Which values of a SOPS file are encrypted: by the names of the keys on the way to them.

use longshore_go::regexp::Regexp;

use super::SopsError;
use super::tree::Tree;

/// What SOPS writes where nothing else was chosen.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// Which values are encrypted.
#[derive(Debug)]
pub(super) enum Rule {
    /// All but those below a key that ends so.
    NotSuffix(String),
    /// Those below a key that ends so.
    Suffix(String),
    /// All but those below a key that matches.
    NotRegex(Regexp),
    /// Those below a key that matches.
    Regex(Regexp),
}

impl Rule {
    pub(super) fn read(metadata: &Tree) -> Result<Self, SopsError> {
        let given = |key: &'static str| {
            metadata.get(key).and_then(Tree::as_text).filter(|text| !text.is_empty()).map(|text| (key, text))
        };
        let known = [
            "unencrypted_suffix",
            "encrypted_suffix",
            "unencrypted_regex",
            "encrypted_regex",
            "unencrypted_comment_regex",
            "encrypted_comment_regex",
        ];
        let mut found = known.into_iter().filter_map(given);
        let rule = match found.next() {
            None => Self::NotSuffix(DEFAULT_SUFFIX.to_owned()),
            Some(("unencrypted_suffix", suffix)) => Self::NotSuffix(suffix.to_owned()),
            Some(("encrypted_suffix", suffix)) => Self::Suffix(suffix.to_owned()),
            Some((key @ "unencrypted_regex", pattern)) => Self::NotRegex(regex(key, pattern)?),
            Some((key @ "encrypted_regex", pattern)) => Self::Regex(regex(key, pattern)?),
            Some((key, _)) => {
                return Err(SopsError::Unsupported(format!(
                    "its `{key}` says by comments what is encrypted, which is not read here; use `encrypted_regex`"
                )));
            }
        };
        match found.next() {
            None => Ok(rule),
            Some((key, _)) => {
                Err(SopsError::Metadata(format!("`{key}` stands beside another rule of its kind")))
            }
        }
    }

    /// Whether what stands at these keys is encrypted.
    pub(super) fn is_encrypted(&self, path: &[String]) -> bool {
        let any = |is: &dyn Fn(&str) -> bool| path.iter().any(|key| is(key));
        match self {
            Self::NotSuffix(suffix) => !any(&|key| key.ends_with(suffix)),
            Self::Suffix(suffix) => any(&|key| key.ends_with(suffix)),
            Self::NotRegex(regex) => !any(&|key| regex.is_match(key.as_bytes())),
            Self::Regex(regex) => any(&|key| regex.is_match(key.as_bytes())),
        }
    }
}

fn regex(key: &str, pattern: &str) -> Result<Regexp, SopsError> {
    Regexp::compile(pattern.as_bytes()).map_err(|error| SopsError::Metadata(format!("`{key}`: {error}")))
}

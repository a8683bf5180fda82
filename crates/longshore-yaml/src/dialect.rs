//! Which YAML: the two generations of go-yaml, and the budgets under which either reads.

use crate::error::{Error, ErrorKind};

/// Which generation of go-yaml to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// go-yaml v2: YAML 1.1 booleans (`yes`, `on`, `y`); what `sigs.k8s.io/yaml` and so Helm's values,
    /// manifests and `toYaml` use.
    V2,
    /// go-yaml v3: 1.2 booleans, comments kept; what Kustomize reads with and Helm's `toYamlPretty` writes with.
    V3,
}

/// How much a document may cost to read.
///
/// ```
/// use longshore_yaml::{Dialect, Limits, parse};
/// let deep = "[".repeat(20_000);
/// let error = parse(deep.as_bytes(), Dialect::V2, &Limits::default()).unwrap_err();
/// assert_eq!(error.to_string(), "yaml: exceeded max depth of 1000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of input.
    pub bytes: usize,
    /// Most collections inside one another. go-yaml stops at 10,000; no real document comes near 100.
    pub depth: usize,
    /// Most nodes in all documents together, before aliases are expanded.
    pub nodes: usize,
    /// Most bytes of text that expanding aliases may add. How many nodes they may add is go-yaml's own
    /// rule: a share of all nodes that shrinks from 99 % to 10 % as documents grow.
    pub alias_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 1000, nodes: 5_000_000, alias_bytes: 64 << 20 }
    }
}

impl Limits {
    /// Refuses input that is too long; positions are counted in 32 bits.
    pub(crate) fn check_size(&self, input: &[u8]) -> Result<(), Error> {
        let most = self.bytes.min(u32::MAX as usize - 1);
        if input.len() > most {
            let text = format!("yaml: document is larger than {most} bytes");
            return Err(Error::new(ErrorKind::Limit, text));
        }
        Ok(())
    }
}

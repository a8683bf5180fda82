//! One file of a chart.

use longshore_go::Bytes;

/// A file with its path below the chart, `/` between the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// `templates/service.yaml`
    pub name: String,
    /// Its content. Shared: charts, aliases and template values all point to the same bytes.
    pub data: Bytes,
    /// When it was last changed, RFC 3339, where the loader knows it. Only release records carry it.
    pub modified: Option<String>,
}

impl File {
    /// A file of unknown age.
    pub fn new(name: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self { name: name.into(), data: data.into(), modified: None }
    }

    /// Whether it is a custom resource definition.
    pub(crate) fn is_definition(&self) -> bool {
        let extension = extension(&self.name);
        self.name.starts_with("crds/")
            && [".yaml", ".yml", ".json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    }

    /// The part of the path after the last `/`.
    pub(crate) fn base(&self) -> &str {
        base(&self.name)
    }
}

/// Go's `path.Base` for paths that are clean and not empty.
pub(crate) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Go's `filepath.Ext`: from the last dot of the last part, dot included.
pub(crate) fn extension(path: &str) -> &str {
    let base = base(path);
    base.rfind('.').map_or("", |dot| &base[dot..])
}

/// The UTF-8 byte order mark, which Helm strips from every file that it reads.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The content without a byte order mark.
pub(crate) fn without_mark(data: Bytes) -> Bytes {
    if !data.is_here() {
        return Bytes::later(data.len(), move || {
            let read = data.shared().clone();
            data.failure()
                .map_or_else(|| Ok(without_mark(read.into()).shared().clone()), |why| Err(why.to_owned()))
        });
    }
    match data.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.into(),
        None => data,
    }
}

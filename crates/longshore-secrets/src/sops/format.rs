//! The formats of SOPS files, told by their names as SOPS tells them.

use std::path::Path;

/// How a SOPS file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SopsFormat {
    /// `.yaml`, `.yml`
    Yaml,
    /// `.json`
    Json,
    /// `.env`
    Dotenv,
    /// `.ini`
    Ini,
    /// Any other name: JSON with the whole content in one value.
    Binary,
}

impl SopsFormat {
    /// The format of a file with this name.
    pub fn of(file: &Path) -> Self {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let known = [
            (".yaml", Self::Yaml),
            (".yml", Self::Yaml),
            (".json", Self::Json),
            (".env", Self::Dotenv),
            (".ini", Self::Ini),
        ];
        known.into_iter().find(|(end, _)| name.ends_with(end)).map_or(Self::Binary, |(_, format)| format)
    }
}

#[cfg(test)]
mod tests {
    use super::SopsFormat;

    #[test]
    fn the_end_of_the_name_says_the_format() {
        let of = |name: &str| SopsFormat::of(name.as_ref());
        assert_eq!(of("a/secrets.enc.yaml"), SopsFormat::Yaml);
        assert_eq!(of(".env"), SopsFormat::Dotenv);
        assert_eq!(of("a.yaml/tls.key"), SopsFormat::Binary);
        assert_eq!(of("a.YAML"), SopsFormat::Binary);
    }
}

//! The files in which Docker keeps who may use which registry, and Helm too
//! (<https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties>).
//!
//! What else stands in such a file is left as it is.

use longshore_go::os::reason;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::OciError;
use super::credentials::Credential;

/// No such file is larger, in bytes.
const LARGEST: u64 = 16 << 20;

/// A file of credentials, as it was read.
#[derive(Debug)]
pub(super) struct Config {
    path: PathBuf,
    content: BTreeMap<String, Node>,
}

/// JSON whose members keep their order.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
enum Node {
    Map(IndexMap<String, Node>),
    List(Vec<Node>),
    Plain(Value),
}

impl Node {
    fn text(text: impl Into<String>) -> Self {
        Self::Plain(Value::from(text.into()))
    }

    fn as_map(&self) -> Option<&IndexMap<String, Node>> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    fn as_str(&self) -> Option<&str> {
        match self {
            Self::Plain(value) => value.as_str(),
            _ => None,
        }
    }
}

impl Config {
    /// Reads a file; one that is missing or empty holds nothing.
    pub(super) fn load(path: &Path) -> Result<Self, OciError> {
        let shown = path.display();
        let unreadable = |error: &std::io::Error| {
            let why = reason(error);
            OciError::Credentials(format!("failed to open config file at {shown}: open {shown}: {why}"))
        };
        let bytes = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unreadable(&error)),
            Ok(metadata) if metadata.len() > LARGEST => {
                return Err(invalid(&format!("failed to decode config file {shown}"), "it is too large"));
            }
            Ok(_) => fs::read(path).map_err(|error| unreadable(&error))?,
        };
        let text = bytes.trim_ascii();
        let content = match longshore_go::json::parse_first(text) {
            _ if text.is_empty() => BTreeMap::new(),
            Err(error) => {
                // A decoder of streams says this otherwise.
                let why = error.to_string().replace("unexpected end of JSON input", "unexpected EOF");
                return Err(invalid(&format!("failed to decode config file {shown}"), &why));
            }
            Ok((_, end)) => serde_json::from_slice(&text[..end]).map_err(|error| {
                invalid(&format!("failed to decode config file {shown}"), &error.to_string())
            })?,
        };
        Ok(Self { path: path.to_owned(), content })
    }

    /// Whether anything is said about credentials.
    pub(super) fn is_configured(&self) -> bool {
        let is_full = |key| self.field(key).is_some_and(|map| !map.is_empty());
        !self.store().is_empty() || is_full("credHelpers") || is_full("auths")
    }

    /// The program that keeps credentials, by the end of its name.
    pub(super) fn store(&self) -> &str {
        self.content.get("credsStore").and_then(Node::as_str).unwrap_or_default()
    }

    /// The program that keeps those of one server.
    pub(super) fn helper(&self, server: &str) -> &str {
        let helpers = self.field("credHelpers");
        helpers.and_then(|map| map.get(server)?.as_str()).unwrap_or_default()
    }

    /// The credentials for a server; empty ones if there are none.
    pub(super) fn get(&self, server: &str) -> Result<Credential, OciError> {
        let Some(all) = self.field("auths") else { return Ok(Credential::default()) };
        // Old files have addresses in place of names.
        let named = || all.iter().find(|(address, _)| hostname(address) == server).map(|(_, entry)| entry);
        let Some(entry) = all.get(server).or_else(named) else { return Ok(Credential::default()) };
        let text = |key| entry.as_map().and_then(|entry| entry.get(key)?.as_str()).unwrap_or_default();
        let mut found = Credential {
            username: text("username").to_owned(),
            password: text("password").to_owned().into(),
            refresh_token: text("identitytoken").to_owned().into(),
            access_token: text("registrytoken").to_owned().into(),
        };
        if !text("auth").is_empty() {
            let broken = |why: &str| invalid("failed to decode auth field", why);
            let decoded = STANDARD.decode(text("auth")).map_err(|error| {
                let at = match error {
                    base64::DecodeError::InvalidByte(at, _) => at,
                    _ => text("auth").len(),
                };
                broken(&format!("illegal base64 data at input byte {at}"))
            })?;
            let decoded = String::from_utf8_lossy(&decoded);
            let (name, password) = decoded
                .split_once(':')
                .ok_or_else(|| broken("it does not conform the base64(username:password) format"))?;
            name.clone_into(&mut found.username);
            found.password = password.to_owned().into();
        }
        Ok(found)
    }

    /// Writes down who is let in by a server.
    pub(super) fn put(&mut self, server: &str, username: &str, password: &str) -> Result<(), OciError> {
        let both = format!("{username}:{password}");
        let mut entry = IndexMap::new();
        if both != ":" {
            entry.insert(String::from("auth"), Node::text(STANDARD.encode(both)));
        }
        self.auths().insert(server.to_owned(), Node::Map(entry));
        self.save()
    }

    /// Forgets who is let in by a server.
    pub(super) fn delete(&mut self, server: &str) -> Result<(), OciError> {
        if self.field("auths").is_some_and(|auths| auths.contains_key(server)) {
            self.auths().shift_remove(server);
            self.save()?;
        }
        Ok(())
    }

    /// Writes down which program keeps credentials.
    pub(super) fn set_store(&mut self, store: &str) -> Result<(), OciError> {
        self.content.insert(String::from("credsStore"), Node::text(store));
        self.auths();
        self.save()
    }

    fn field(&self, key: &str) -> Option<&IndexMap<String, Node>> {
        self.content.get(key)?.as_map()
    }

    fn auths(&mut self) -> &mut IndexMap<String, Node> {
        let auths = self.content.entry(String::from("auths")).or_insert_with(|| Node::Map(IndexMap::new()));
        if auths.as_map().is_none() {
            *auths = Node::Map(IndexMap::new());
        }
        let Node::Map(auths) = auths else { unreachable!("it was just made one") };
        auths
    }

    /// Writes the file beside its place, for its owner only, and moves it there.
    fn save(&mut self) -> Result<(), OciError> {
        self.auths().sort_unstable_keys();
        let failed = |error: &std::io::Error| {
            OciError::Credentials(format!("failed to save config file: {}", reason(error)))
        };
        let mut text = Vec::new();
        let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut writer = serde_json::Serializer::with_formatter(&mut text, tabs);
        self.content.serialize(&mut writer).map_err(|error| OciError::Credentials(error.to_string()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_folder(folder).map_err(|error| {
            let (folder, why) = (folder.display(), reason(&error));
            OciError::Credentials(format!("failed to make directory {folder}: mkdir {folder}: {why}"))
        })?;
        let mut name = OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(format!(".{}", std::process::id()));
        let part = self.path.with_file_name(name);
        let written = private(&part)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&part, &self.path));
        written.map_err(|error| {
            let _ = fs::remove_file(&part);
            failed(&error)
        })
    }
}

#[cfg(unix)]
fn make_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

/// A new file that nobody else may read.
fn private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn invalid(what: &str, why: &str) -> OciError {
    OciError::Credentials(format!("{what}: invalid config format: {why}"))
}

/// The host of an address.
fn hostname(address: &str) -> &str {
    let address = address.strip_prefix("http://").unwrap_or(address);
    let address = address.strip_prefix("https://").unwrap_or(address);
    address.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::Config;

    #[test]
    fn credentials_are_kept_as_docker_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry/config.json");
        let mut config = Config::load(&path).unwrap();
        assert!(!config.is_configured());
        config.put("localhost:5000", "bob", "a:b").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "{\n\t\"auths\": {\n\t\t\"localhost:5000\": {\n\t\t\t\"auth\": \"Ym9iOmE6Yg==\"\n\t\t}\n\t}\n}"
        );
        let mut config = Config::load(&path).unwrap();
        let found = config.get("localhost:5000").unwrap();
        assert_eq!((found.username.as_str(), found.password.expose_secret()), ("bob", "a:b"));
        config.delete("localhost:5000").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\n\t\"auths\": {}\n}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_else_stands_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, "{\"x\": [1], \"auths\": {\"https://r.example.com/v1/\": {\"username\": \"u\", \"password\": \"p\"}}, \"credHelpers\": {\"h\": \"pass\"}}").unwrap();
        let mut config = Config::load(&path).unwrap();
        assert_eq!(
            (config.get("r.example.com").unwrap().username.as_str(), config.helper("h")),
            ("u", "pass")
        );
        config.put("other", "", "").unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"x\": [\n\t\t1\n\t]"));
        std::fs::write(&path, "{").unwrap();
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(error.ends_with("config.json: invalid config format: unexpected EOF"), "{error}");
    }
}

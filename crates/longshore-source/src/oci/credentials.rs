//! Who may use which registry: from files as Docker has them, and from the programs that such files name.
//!
//! A program is asked as <https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol> says. Programs
//! of the platform (`pass` on Linux) are used as soon as they are there and no file says anything, as Docker does.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::OciError;
use super::config::Config;

/// What lets somebody in.
#[derive(Debug, Clone, Default)]
pub struct Credential {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: SecretString,
    /// What tokens are had for.
    pub(super) refresh_token: SecretString,
    /// A token that is good as it is.
    pub(super) access_token: SecretString,
}

impl Credential {
    /// Name and password.
    pub fn new(username: impl Into<String>, password: SecretString) -> Self {
        Self { username: username.into(), password, ..Self::default() }
    }

    /// Whether there are both a name and a password.
    pub fn is_complete(&self) -> bool {
        !self.username.is_empty() && !self.password.expose_secret().is_empty()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        let secrets = [&self.password, &self.refresh_token, &self.access_token];
        self.username.is_empty() && secrets.iter().all(|secret| secret.expose_secret().is_empty())
    }
}

/// The credentials of Helm's file, and those of Docker's behind it.
#[derive(Debug)]
pub struct Store {
    own: Source,
    docker: Option<Source>,
}

#[derive(Debug)]
struct Source {
    config: RefCell<Config>,
    /// The platform's program, if nothing is said about any.
    found: Option<&'static str>,
}

impl Store {
    /// Opens the file of credentials, and Docker's.
    ///
    /// # Errors
    /// One of them is not what it should be.
    pub fn open(path: &Path) -> Result<Self, OciError> {
        let docker = match std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()) {
            Some(folder) => Some(PathBuf::from(folder)),
            None => std::env::home_dir().map(|home| home.join(".docker")),
        };
        let own = Source::open(path)?;
        // As in Helm, a broken file of Docker's is nobody's concern.
        let docker = docker.and_then(|folder| Source::open(&folder.join("config.json")).ok());
        Ok(Self { own, docker })
    }

    /// The credentials for a host.
    pub(super) fn get(&self, host: &str) -> Result<Credential, OciError> {
        let server = server(host);
        let own = self.own.get(server)?;
        match &self.docker {
            Some(docker) if own.is_empty() => docker.get(server),
            _ => Ok(own),
        }
    }

    /// Keeps name and password for a registry.
    ///
    /// # Errors
    /// The file cannot be written, or the program that keeps credentials refuses.
    pub fn put(&self, registry: &str, credential: &Credential) -> Result<(), OciError> {
        self.own.put(server(registry), credential)
    }

    /// Forgets what lets somebody in.
    ///
    /// # Errors
    /// The file cannot be written, or the program that keeps credentials refuses.
    pub fn delete(&self, registry: &str) -> Result<(), OciError> {
        let server = server(registry);
        self.own.delete(server).map_err(|error| {
            OciError::Credentials(format!("failed to delete the credential for {server}: {error}"))
        })
    }
}

impl Source {
    fn open(path: &Path) -> Result<Self, OciError> {
        let config = Config::load(path)?;
        let found = if config.is_configured() { None } else { platform() };
        Ok(Self { config: RefCell::new(config), found })
    }

    /// The program that keeps the credentials for a server; none if the file does.
    fn helper(&self, server: &str) -> Option<String> {
        let config = self.config.borrow();
        let named = [config.helper(server), config.store()].into_iter().find(|name| !name.is_empty());
        named.or(self.found).map(|name| format!("docker-credential-{name}"))
    }

    fn get(&self, server: &str) -> Result<Credential, OciError> {
        let Some(program) = self.helper(server) else { return self.config.borrow().get(server) };
        let answer = match ask(&program, "get", server.as_bytes()) {
            Err(problem) if problem == "credentials not found in native keychain" => {
                return Ok(Credential::default());
            }
            other => other.map_err(OciError::Credentials)?,
        };
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|error| OciError::Credentials(error.to_string()))?;
        let text = |key| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(match text("Username").as_str() {
            "<token>" => Credential { refresh_token: text("Secret").into(), ..Credential::default() },
            name => Credential::new(name, text("Secret").into()),
        })
    }

    fn put(&self, server: &str, credential: &Credential) -> Result<(), OciError> {
        let (name, password) = (&credential.username, credential.password.expose_secret());
        match self.helper(server) {
            None if name.contains(':') => {
                return Err(OciError::Credentials(String::from(
                    "bad credential format: colons(:) are not allowed in username",
                )));
            }
            None => self.config.borrow_mut().put(server, name, password)?,
            Some(program) => {
                let entry = serde_json::to_string(&Kept { server, name, secret: password })
                    .map_err(|error| OciError::Credentials(error.to_string()))?;
                ask(&program, "store", entry.as_bytes()).map_err(OciError::Credentials)?;
            }
        }
        match self.found {
            Some(found) => self.config.borrow_mut().set_store(found),
            None => Ok(()),
        }
    }

    fn delete(&self, server: &str) -> Result<(), OciError> {
        match self.helper(server) {
            None => self.config.borrow_mut().delete(server),
            Some(program) => {
                ask(&program, "erase", server.as_bytes()).map(|_| ()).map_err(OciError::Credentials)
            }
        }
    }
}

/// What a program is told to keep.
#[derive(serde::Serialize)]
struct Kept<'a> {
    #[serde(rename = "ServerURL")]
    server: &'a str,
    #[serde(rename = "Username")]
    name: &'a str,
    #[serde(rename = "Secret")]
    secret: &'a str,
}

/// The name under which a registry's credentials are kept.
fn server(host: &str) -> &str {
    match host {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/",
        other => other,
    }
}

/// The platform's program for credentials, if it is installed.
fn platform() -> Option<&'static str> {
    let name = if cfg!(target_os = "macos") {
        "osxkeychain"
    } else if cfg!(windows) {
        "wincred"
    } else if is_installed("pass") {
        "pass"
    } else {
        "secretservice"
    };
    is_installed(&format!("docker-credential-{name}")).then_some(name)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let suffix = std::env::consts::EXE_SUFFIX;
    std::env::split_paths(&path).any(|folder| folder.join(format!("{program}{suffix}")).is_file())
}

/// What a program says to a question.
fn ask(program: &str, action: &str, question: &[u8]) -> Result<Vec<u8>, String> {
    let missing = || {
        let shown = longshore_go::strconv::quote(program.as_bytes());
        format!("exec: {}: executable file not found in $PATH", String::from_utf8_lossy(&shown))
    };
    let mut child = Command::new(program)
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|_| missing())?;
    if let Some(mut input) = child.stdin.take() {
        // Who does not listen says why himself.
        let _ = input.write_all(question);
    }
    let outcome = child.wait_with_output().map_err(|error| error.to_string())?;
    if outcome.status.success() {
        return Ok(outcome.stdout);
    }
    let said = String::from_utf8_lossy(outcome.stdout.trim_ascii()).into_owned();
    let code = outcome.status.code().unwrap_or(-1);
    Err(if said.is_empty() { format!("exit status {code}") } else { said })
}

//! A PostgreSQL server on loopback, from Debian's packages, that ends with its test.
//!
//! It refuses to run as the machine's administrator; then it runs as nobody.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::server::TestAuthority;

/// Where Debian's packages keep the programs, below folders named by version.
const INSTALLED: &str = "/usr/lib/postgresql";

/// What the server says when it can be asked.
const READY: &str = "database system is ready to accept connections";

/// The user and group that nothing belongs to.
const NOBODY: u32 = 65534;

/// The user and the database that are there from the start.
const USER: &str = "helm";
const DATABASE: &str = "postgres";

/// A running server with an empty database, of which everybody on this machine is the owner.
#[derive(Debug)]
pub struct TestPostgres {
    server: Child,
    port: u16,
    _folder: TempDir,
}

impl TestPostgres {
    /// Starts one; `None` if the programs are not installed (`apt-get install postgresql`).
    ///
    /// # Errors
    /// Tells what the programs say when they do not start.
    pub fn start() -> Result<Option<Self>> {
        Self::start_with(None)
    }

    /// The same, that takes no connection without TLS, and shows a certificate of `authority`.
    ///
    /// # Errors
    /// As [`TestPostgres::start`].
    pub fn start_with_tls(authority: &TestAuthority) -> Result<Option<Self>> {
        Self::start_with(Some(authority))
    }

    fn start_with(authority: Option<&TestAuthority>) -> Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let folder = tempfile::tempdir().context("no place for a database")?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        let is_root = rustix::process::geteuid().is_root();
        if is_root {
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
            chown(&data, Some(NOBODY), Some(NOBODY)).context("the folder cannot be given away")?;
        }
        let program = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command.current_dir(&data).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        let made = program("initdb")
            .args(["--username", USER, "--auth", "trust", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .context("initdb does not start")?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        if let Some(authority) = authority {
            let (certificate, key) = authority.server_files()?;
            let rules = "hostssl all all 127.0.0.1/32 trust\n".to_owned();
            for (name, text) in [("server.crt", certificate), ("server.key", key), ("pg_hba.conf", rules)] {
                let file = data.join(name);
                fs::write(&file, text)?;
                fs::set_permissions(&file, Permissions::from_mode(0o600))?;
                if is_root {
                    chown(&file, Some(NOBODY), Some(NOBODY))?;
                }
            }
        }
        let ssl = if authority.is_some() { "ssl=on" } else { "ssl=off" };
        // Nobody else takes the port in the moment in which it is free.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = program("postgres")
            .args(["-p", &port.to_string(), "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", ssl, "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("postgres does not start")?;
        let mut log = BufReader::new(server.stderr.take().context("postgres has no log")?);
        let mut said = String::new();
        while !said.contains(READY) {
            if log.read_line(&mut said)? == 0 {
                let _ = server.wait();
                bail!("postgres: {said}");
            }
        }
        // What it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(Some(Self { server, port, _folder: folder }))
    }

    /// How the database is reached, in libpq's words for the query: `sslmode=verify-full&sslrootcert=ca.pem`.
    pub fn url_with(&self, query: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{DATABASE}?{query}", self.port)
    }

    /// How the database is reached, without TLS.
    pub fn url(&self) -> String {
        self.url_with("sslmode=disable")
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The folder with the programs: on the path, or that of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let installed = fs::read_dir(INSTALLED).into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    installed.sort();
    folders.extend(installed.into_iter().rev());
    let has_all = |folder: &Path| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(|folder| has_all(folder))
}

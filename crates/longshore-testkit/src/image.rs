//! Container images without a registry: archives in the OCI layout, made of a static program or of a whole root file
//! system, for containerd to import.
//!
//! An archive is made once and lies in the cache under a key of what went into it, so that asking for it again costs
//! little. Layers are not compressed: they go from one file of this machine into another.
//!
//! ```no_run
//! # fn example() -> anyhow::Result<()> {
//! use longshore_testkit::image::Image;
//! let archive = Image::of_program("longshore.test/stand-in:1", "/target/stand-in".as_ref())?
//!     .user("1000:1000")
//!     .port(8080)
//!     .archive()?;
//! # Ok(()) }
//! ```

mod access_layer;
mod b2connect;
mod clustered;
mod debian;
mod kubently;
mod layer;
mod layout;
mod nest;
mod nowconnect;
mod servers;

pub use access_layer::{VERSIONS as ACCESS_LAYER_VERSIONS, access_layer};
pub use b2connect::b2connect;
pub use clustered::{patroni, rabbitmq};
pub use debian::debian_root;
pub use kubently::{KUBENTLY_EXECUTOR, kubently};
pub use nest::nest;
pub use nowconnect::nowconnect;
pub use servers::{kafka, platforms_are_at_hand, postgres, prometheus, redis, zookeeper};

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::cache::{self, Lock};
use layer::Entry;

/// An image to be made.
#[derive(Debug, Clone)]
pub struct Image {
    name: String,
    /// The root file system, where it is a whole one.
    root: Option<PathBuf>,
    entries: Vec<Entry>,
    entrypoint: Vec<String>,
    command: Vec<String>,
    environment: BTreeMap<String, String>,
    user: String,
    folder: String,
    ports: Vec<u16>,
}

impl Image {
    fn new(name: &str) -> Result<Self> {
        let whole = name.split_once('/').is_some_and(|(host, rest)| host.contains('.') && rest.contains(':'));
        if !whole {
            bail!("{name:?} cannot name an image here: write it in full, as `longshore.test/web:1`");
        }
        Ok(Self {
            name: name.to_owned(),
            root: None,
            entries: Vec::new(),
            entrypoint: Vec::new(),
            command: Vec::new(),
            environment: BTreeMap::new(),
            user: String::new(),
            folder: String::new(),
            ports: Vec::new(),
        })
    }

    /// An image of one statically linked program, which is its entrypoint.
    pub fn of_program(name: &str, program: &Path) -> Result<Self> {
        let file = program.file_name().with_context(|| format!("{} is no program", program.display()))?;
        let path = format!("/{}", file.to_string_lossy());
        Ok(Self::new(name)?.program(&path, program).entrypoint([path]))
    }

    /// An image of nothing but what is added to it.
    pub fn of_files(name: &str) -> Result<Self> {
        Self::new(name)
    }

    /// An image of a root file system, a tar file such as [`debian_root`] makes.
    pub fn of_root(name: &str, tar: &Path) -> Result<Self> {
        Ok(Self { root: Some(tar.to_owned()), ..Self::new(name)? })
    }

    /// Adds a program of this machine.
    #[must_use]
    pub fn program(mut self, path: &str, from: &Path) -> Self {
        self.entries.push(Entry::Program(path.to_owned(), from.to_owned()));
        self
    }

    /// Adds a file that everybody may read.
    #[must_use]
    pub fn file(mut self, path: &str, content: &str) -> Self {
        self.entries.push(Entry::File(path.to_owned(), content.to_owned()));
        self
    }

    /// Adds a script that everybody may run.
    #[must_use]
    pub fn script(mut self, path: &str, content: &str) -> Self {
        self.entries.push(Entry::Script(path.to_owned(), content.to_owned()));
        self
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(mut self, path: &str, to: &str) -> Self {
        self.entries.push(Entry::Link(path.to_owned(), to.to_owned()));
        self
    }

    /// Adds a folder that everybody may write to.
    #[must_use]
    pub fn writable(mut self, path: &str) -> Self {
        self.entries.push(Entry::Folder(path.to_owned()));
        self
    }

    /// What is run.
    #[must_use]
    pub fn entrypoint(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.entrypoint = words.into_iter().map(Into::into).collect();
        self
    }

    /// With which arguments, unless a pod gives others.
    #[must_use]
    pub fn command(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.command = words.into_iter().map(Into::into).collect();
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Who runs it, as `1000:1000`. Root, without this.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    /// In which folder.
    #[must_use]
    pub fn folder(mut self, path: &str) -> Self {
        path.clone_into(&mut self.folder);
        self
    }

    /// A port that it listens on. Only told, never opened by this.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Its name, as a pod's `image` has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The archive, which is made if it is not there yet.
    pub fn archive(&self) -> Result<PathBuf> {
        let key = self.key()?;
        let folder = cache::root()?.join("images");
        let label: String =
            self.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let path = folder.join(format!("{label}-{key}.tar"));
        let _lock = Lock::take(&folder.join("lock"), || {})?;
        if !path.is_file() {
            layout::write(self, &path).with_context(|| format!("cannot make the image {}", self.name))?;
            // What the name meant before is of no more use.
            for old in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = old.file_name().to_string_lossy().into_owned();
                let same =
                    name.strip_prefix(&format!("{label}-")).is_some_and(|rest| rest.len() == key.len() + 4);
                if same && old.path() != path {
                    let _ = fs::remove_file(old.path());
                }
            }
        }
        Ok(path)
    }

    /// Made of everything that goes in. Files count by path, size and time of change: reading them all again would take
    /// longer than everything else.
    fn key(&self) -> Result<String> {
        let mut parts = vec!["1".to_owned(), self.name.clone(), self.config().to_string()];
        let programs = self.entries.iter().filter_map(Entry::source);
        for path in programs.chain(self.root.as_deref()) {
            let about = fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
            let changed = about.modified().context("files have times")?;
            parts.push(format!("{} {} {changed:?}", path.display(), about.len()));
        }
        parts.extend(self.entries.iter().map(|entry| format!("{entry:?}")));
        Ok(layout::digest_of(parts.join("\0").as_bytes())[..12].to_owned())
    }

    /// What a container is run with.
    fn config(&self) -> serde_json::Value {
        let variables: Vec<String> =
            self.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ports: BTreeMap<String, serde_json::Value> =
            self.ports.iter().map(|port| (format!("{port}/tcp"), json!({}))).collect();
        let mut config = json!({});
        if !self.entrypoint.is_empty() {
            config["Entrypoint"] = json!(self.entrypoint);
        }
        if !self.command.is_empty() {
            config["Cmd"] = json!(self.command);
        }
        if !variables.is_empty() {
            config["Env"] = json!(variables);
        }
        if !self.user.is_empty() {
            config["User"] = json!(self.user);
        }
        if !self.folder.is_empty() {
            config["WorkingDir"] = json!(self.folder);
        }
        if !ports.is_empty() {
            config["ExposedPorts"] = json!(ports);
        }
        config
    }
}

/// An image with a shell and the usual small programs (`sh`, `wget`, `nslookup`, `httpd`, `nc`, …): Debian's
/// `busybox-static`. Pods of it run as whoever they like. Its `wget -T` crashes, as it does everywhere in Debian 12.
pub fn busybox() -> Result<Image> {
    busybox_as(BUSYBOX)
}

/// The same under another name.
pub fn busybox_as(name: &str) -> Result<Image> {
    let mut image = Image::of_root(name, &debian_root(&["busybox-static"])?)?
        .writable("/tmp")
        .file("/etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
        .env("PATH", "/bin")
        .command(["sh"]);
    let applets = [
        "sh",
        "ash",
        "awk",
        "cat",
        "chmod",
        "cp",
        "cut",
        "date",
        "dd",
        "df",
        "echo",
        "env",
        "expr",
        "false",
        "find",
        "free",
        "grep",
        "head",
        "hostname",
        "httpd",
        "id",
        "kill",
        "ln",
        "ls",
        "md5sum",
        "mkdir",
        "mv",
        "nc",
        "nslookup",
        "od",
        "pidof",
        "ping",
        "printf",
        "ps",
        "pwd",
        "rm",
        "sed",
        "seq",
        "sha256sum",
        "sleep",
        "sort",
        "stat",
        "stty",
        "sync",
        "tail",
        "tar",
        "tee",
        "test",
        "timeout",
        "touch",
        "tr",
        "true",
        "tty",
        "uname",
        "uniq",
        "vi",
        "wc",
        "wget",
        "which",
        "whoami",
        "xargs",
        "yes",
    ];
    for applet in applets {
        image = image.link(&format!("/bin/{applet}"), "busybox");
    }
    Ok(image)
}

/// The name of the image of [`busybox`].
pub const BUSYBOX: &str = "longshore.test/busybox:1";

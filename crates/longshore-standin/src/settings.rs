//! What the service is told by its environment.
//!
//! Every setting is a variable `STANDIN_X`, or `STANDIN_X_FROM`, which names the variable that holds it: a platform gives
//! its services `ACCESS_POSTGRES_DSN`, and the image of the stand-in says `STANDIN_POSTGRES_DSN_FROM=ACCESS_POSTGRES_DSN`.
//! So a platform is deployed as it is, and a variable that it forgets to set ends the program, as it would the real one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::behaviour::Behaviour;
use crate::guard::Guard;
use crate::incoming::Tls;
use crate::outgoing::Way;
use crate::{connection_string, mask};

/// What begins the name of each setting.
const PREFIX: &str = "STANDIN_";

/// Every setting, as the page `/settings` and the README tell them.
const KNOWN: &[&str] = &[
    "NAME",
    "VERSION",
    "INSTANCE",
    "LISTEN",
    "HEALTH_PATHS",
    "STREAM_INTERVAL",
    "CHECK_INTERVAL",
    "READY_NEEDS",
    "POSTGRES_DSN",
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_DATABASE",
    "REDIS_URL",
    "REDIS_PASSWORD",
    "KAFKA_BOOTSTRAP",
    "KAFKA_USERNAME",
    "KAFKA_PASSWORD",
    "RABBITMQ_URL",
    "HTTP_PEERS",
    "PEER_PATH",
    "PEER_TOKEN",
    "HOSTS",
    "TOKENS_DIR",
    "API_KEYS",
    "SOCKET_PATHS",
    "CERTIFICATE_PATHS",
    "TLS_LISTEN",
    "TLS_CERTIFICATE",
    "TLS_KEY",
    "TLS_CLIENT_CA",
    "LIVE",
    "READY",
    "READY_DELAY",
    "LATENCY",
    "ERROR_RATE",
    "CRASH_AFTER",
    "CRASH_AFTER_REQUESTS",
    "EXIT_CODE",
    "MEMORY_GROWTH",
    "DRAIN",
    "SHUTDOWN_DELAY",
    "LOG_RATE",
];

/// A server that the service depends on, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// PostgreSQL; what is set beside the DSN goes before what is in it.
    Postgres {
        /// A URL, or nothing.
        dsn: Option<String>,
        /// Host, port, user, password, database.
        parts: [Option<String>; 5],
    },
    /// Redis.
    Redis {
        /// Where it is, possibly with a password.
        url: String,
        /// A password beside the URL.
        password: Option<String>,
    },
    /// Kafka.
    Kafka {
        /// Brokers, as `host:port`, with commas between them.
        bootstrap: String,
        /// User and password for SASL PLAIN.
        account: Option<(String, String)>,
    },
    /// RabbitMQ, or another that speaks AMQP 0-9-1.
    RabbitMq {
        /// `amqp://user:password@host:port/vhost`.
        url: String,
    },
    /// Another service over HTTP, with TLS or without.
    Http {
        /// Which variable or URL it was named by.
        name: String,
        /// Its address.
        url: String,
        /// What is asked for, `/health` if nothing else is said.
        path: String,
        /// What we show there.
        token: Option<String>,
    },
}

impl Target {
    /// The name under which its state is told.
    pub fn name(&self) -> &str {
        match self {
            Self::Postgres { .. } => "postgres",
            Self::Redis { .. } => "redis",
            Self::Kafka { .. } => "kafka",
            Self::RabbitMq { .. } => "rabbitmq",
            Self::Http { name, .. } => name,
        }
    }

    /// Where it is, without secrets.
    pub fn address(&self) -> String {
        match self {
            Self::Postgres { dsn: Some(dsn), .. } => mask::url(dsn),
            Self::Postgres { parts: [host, port, ..], .. } => {
                format!("{}:{}", host.as_deref().unwrap_or("localhost"), port.as_deref().unwrap_or("5432"))
            }
            Self::Redis { url, .. } | Self::RabbitMq { url } | Self::Http { url, .. } => mask::url(url),
            Self::Kafka { bootstrap, .. } => bootstrap.clone(),
        }
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the service is called.
    pub name: String,
    /// Its version, told in answers, so that a test sees which one it talks to.
    pub version: String,
    /// Which of several it is: the pod's name.
    pub instance: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Paths that tell liveness and readiness in one, beside `/livez` and `/readyz`.
    pub health_paths: Vec<String>,
    /// How long after each other a stream's events come.
    pub stream_interval: Duration,
    /// How long after each other a server that it depends on is asked.
    pub check_interval: Duration,
    /// Names of those without which it is not ready.
    pub ready_needs: Vec<String>,
    /// How it behaves from the start.
    pub behaviour: Behaviour,
    /// What it depends on.
    pub targets: Vec<Target>,
    /// How those among them are reached that speak HTTP.
    pub way: Way,
    /// Who is let in, if not everybody.
    pub guard: Option<Guard>,
    /// Paths at which WebSockets are taken, beside those below `/ws/`.
    pub socket_paths: Vec<String>,
    /// Paths for those who have shown a certificate: to the service itself, or to an ingress that hands it on.
    pub certificate_paths: Vec<String>,
    /// Where it ends TLS by itself.
    pub tls: Option<Tls>,
    /// All variables of the process, with secrets covered.
    pub shown: BTreeMap<String, String>,
    /// What was set and is not known, for a warning.
    pub unknown: Vec<String>,
}

impl Settings {
    /// Reads them from variables of the environment.
    ///
    /// # Errors
    /// Names the variable that is not there, or cannot be read. A value is never told: it may be a secret.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let all: BTreeMap<String, String> = variables.into_iter().collect();
        let of = Environment { all: &all };
        let behaviour = of.behaviour()?;
        let targets = of.targets()?;
        let ready_needs = of.list("READY_NEEDS")?;
        for needed in &ready_needs {
            if !targets.iter().any(|target| target.name() == needed) {
                bail!("STANDIN_READY_NEEDS names {needed:?}, which is not configured");
            }
        }
        let mut health_paths = of.list("HEALTH_PATHS")?;
        if health_paths.is_empty() {
            health_paths.push("/health".to_owned());
        }
        health_paths.dedup();
        if let Some(path) = health_paths.iter().find(|path| !is_free(path)) {
            bail!(
                "STANDIN_HEALTH_PATHS has {path:?}; expected a path such as /health that is not one of our own"
            );
        }
        let socket_paths = of.list("SOCKET_PATHS")?;
        if let Some(path) = socket_paths.iter().find(|path| !is_free(path) || health_paths.contains(path)) {
            bail!(
                "STANDIN_SOCKET_PATHS has {path:?}; expected a path such as /tunnel that is not one of our own"
            );
        }
        let instance = of.text("INSTANCE")?.or_else(|| all.get("HOSTNAME").cloned());
        Ok(Self {
            name: of.text("NAME")?.unwrap_or_else(|| "standin".to_owned()),
            version: of.text("VERSION")?.unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            instance: instance.unwrap_or_else(|| "local".to_owned()),
            listen: of
                .parsed("LISTEN", "an address such as 0.0.0.0:8080")?
                .unwrap_or(([0, 0, 0, 0], 8080).into()),
            health_paths,
            stream_interval: of.seconds("STREAM_INTERVAL")?.unwrap_or(Duration::from_secs(1)),
            check_interval: of.seconds("CHECK_INTERVAL")?.unwrap_or(Duration::from_secs(5)),
            ready_needs,
            behaviour,
            targets,
            way: of.way()?,
            guard: of.guard()?,
            socket_paths,
            certificate_paths: of.list("CERTIFICATE_PATHS")?,
            tls: of.tls()?,
            shown: mask::variables(&all),
            unknown: of.unknown(),
        })
    }
}

/// Whether a path can be asked for health: it is one, without patterns, and means nothing else here.
fn is_free(path: &str) -> bool {
    const OURS: [&str; 6] = ["/livez", "/readyz", "/metrics", "/settings", "/dependencies", "/behaviour"];
    let below = ["/ws/", "/sse/", "/data/"].iter().any(|ours| path.starts_with(ours));
    path.starts_with('/') && !path.contains(['{', '}', '*', '?']) && !below && !OURS.contains(&path)
}

struct Environment<'a> {
    all: &'a BTreeMap<String, String>,
}

impl Environment<'_> {
    /// A setting's value: its own variable's, or that of the one it names. An empty one is none.
    fn text(&self, name: &str) -> Result<Option<String>> {
        let set = |name: &str| self.all.get(name).filter(|value| !value.is_empty());
        if let Some(value) = set(&format!("{PREFIX}{name}")) {
            return Ok(Some(value.clone()));
        }
        let from = format!("{PREFIX}{name}_FROM");
        let Some(other) = set(&from) else { return Ok(None) };
        let value = set(other).with_context(|| format!("{from} names {other}, which is not set"))?;
        Ok(Some(value.clone()))
    }

    fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let value = text.trim().parse().ok();
        value.map(Some).with_context(|| format!("{PREFIX}{name} is not {expected}"))
    }

    fn seconds(&self, name: &str) -> Result<Option<Duration>> {
        let seconds: Option<f64> = self.parsed(name, "a number of seconds")?;
        let positive =
            |seconds: f64| Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
        seconds
            .map(|seconds| positive(seconds).with_context(|| format!("{PREFIX}{name} is not more than 0")))
            .transpose()
    }

    fn list(&self, name: &str) -> Result<Vec<String>> {
        let text = self.text(name)?.unwrap_or_default();
        Ok(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }

    fn behaviour(&self) -> Result<Behaviour> {
        const NUMBER: &str = "a number";
        let usual = Behaviour::default();
        let behaviour = Behaviour {
            live: self.parsed("LIVE", "true or false")?.unwrap_or(usual.live),
            ready: self.parsed("READY", "true or false")?.unwrap_or(usual.ready),
            ready_delay: self.parsed("READY_DELAY", NUMBER)?.unwrap_or(usual.ready_delay),
            latency: self.parsed("LATENCY", NUMBER)?.unwrap_or(usual.latency),
            error_rate: self.parsed("ERROR_RATE", NUMBER)?.unwrap_or(usual.error_rate),
            crash_after: self.parsed("CRASH_AFTER", NUMBER)?,
            crash_after_requests: self.parsed("CRASH_AFTER_REQUESTS", "a whole number")?,
            exit_code: self.parsed("EXIT_CODE", "a number from 0 to 255")?.unwrap_or(usual.exit_code),
            memory_growth: self.parsed("MEMORY_GROWTH", NUMBER)?.unwrap_or(usual.memory_growth),
            drain: self.parsed("DRAIN", NUMBER)?.unwrap_or(usual.drain),
            shutdown_delay: self.parsed("SHUTDOWN_DELAY", NUMBER)?.unwrap_or(usual.shutdown_delay),
            log_rate: self.parsed("LOG_RATE", NUMBER)?.unwrap_or(usual.log_rate),
        };
        behaviour.check().map_err(|error| anyhow::anyhow!("the environment's behaviour: {error}"))?;
        Ok(behaviour)
    }

    fn targets(&self) -> Result<Vec<Target>> {
        let mut targets = Vec::new();
        let dsn = self.text("POSTGRES_DSN")?;
        let mut parts = [const { None }; 5];
        let names =
            ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DATABASE"];
        for (part, name) in parts.iter_mut().zip(names) {
            *part = self.text(name)?;
        }
        if let Some(target) = dsn.as_deref().and_then(connection_string::postgres) {
            targets.push(target);
        } else if dsn.is_some() || parts[0].is_some() {
            targets.push(Target::Postgres { dsn, parts });
        }
        if let Some(url) = self.text("REDIS_URL")? {
            let (url, inside) = connection_string::redis(&url).unwrap_or((url, None));
            targets.push(Target::Redis { url, password: self.text("REDIS_PASSWORD")?.or(inside) });
        }
        if let Some(bootstrap) = self.text("KAFKA_BOOTSTRAP")? {
            let account = self.text("KAFKA_USERNAME")?.zip(self.text("KAFKA_PASSWORD")?);
            targets.push(Target::Kafka { bootstrap, account });
        }
        if let Some(url) = self.text("RABBITMQ_URL")? {
            targets.push(Target::RabbitMq { url });
        }
        let path = self.text("PEER_PATH")?.unwrap_or_else(|| "/health".to_owned());
        let token = self.text("PEER_TOKEN")?;
        // Each is the name of a variable that holds a URL, or a URL.
        for name in self.list("HTTP_PEERS")? {
            let url = if name.contains("://") {
                name.clone()
            } else {
                let url = self.all.get(&name).filter(|url| !url.is_empty());
                url.cloned().with_context(|| format!("STANDIN_HTTP_PEERS names {name}, which is not set"))?
            };
            let (path, token) = (path.clone(), token.clone());
            targets.push(Target::Http { name: mask::url(&name), url, path, token });
        }
        Ok(targets)
    }

    /// Names with their addresses, and whose certificates are trusted: that is said as to OpenSSL.
    fn way(&self) -> Result<Way> {
        let mut way = Way::default();
        for entry in self.list("HOSTS")? {
            let pair = entry.split_once('=').and_then(|(name, address)| Some((name, address.parse().ok()?)));
            let (name, address) =
                pair.with_context(|| format!("STANDIN_HOSTS has {entry:?}; expected NAME=ADDRESS"))?;
            way.hosts.insert(name.to_owned(), address);
        }
        let set = |name: &str| self.all.get(name).filter(|value| !value.is_empty());
        way.trusted.extend(set("SSL_CERT_FILE").map(PathBuf::from));
        let folders = set("SSL_CERT_DIR").map_or("/etc/ssl/certs", String::as_str);
        way.trusted.extend(folders.split(':').filter(|folder| !folder.is_empty()).map(PathBuf::from));
        Ok(way)
    }

    /// Where TLS is ended: all of it is said, or nothing.
    fn tls(&self) -> Result<Option<Tls>> {
        let Some(listen) = self.parsed("TLS_LISTEN", "an address such as 0.0.0.0:8443")? else {
            return Ok(None);
        };
        let file = |name: &str| {
            let path = self.text(name)?.map(PathBuf::from);
            path.with_context(|| format!("{PREFIX}{name} is not set, and {PREFIX}TLS_LISTEN is"))
        };
        let (certificate, key) = (file("TLS_CERTIFICATE")?, file("TLS_KEY")?);
        Ok(Some(Tls { listen, certificate, key, clients: file("TLS_CLIENT_CA")? }))
    }

    fn guard(&self) -> Result<Option<Guard>> {
        let (folder, keys) = (self.text("TOKENS_DIR")?.map(PathBuf::from), self.list("API_KEYS")?);
        Ok((folder.is_some() || !keys.is_empty()).then(|| Guard::new(folder, &keys)))
    }

    fn unknown(&self) -> Vec<String> {
        let is_known = |name: &str| KNOWN.contains(&name.strip_suffix("_FROM").unwrap_or(name));
        let ours = self.all.keys().filter_map(|name| name.strip_prefix(PREFIX));
        // The cluster's own variables about a Service that is called `standin`.
        let from_links = |name: &str| name.contains("SERVICE_") || name.starts_with("PORT");
        ours.filter(|name| !is_known(name) && !from_links(name))
            .map(|name| format!("{PREFIX}{name}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings> {
        Settings::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn nothing_set_is_a_service_that_does_well() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.listen.to_string(), "0.0.0.0:8080");
        assert_eq!(settings.behaviour, Behaviour::default());
        assert!(settings.targets.is_empty());
    }

    #[test]
    fn a_platforms_own_names_are_taken() {
        let settings = read(&[
            ("STANDIN_POSTGRES_DSN_FROM", "ACCESS_POSTGRES_DSN"),
            ("ACCESS_POSTGRES_DSN", "postgresql://access:hunter2@postgres-service:5432/access"),
            ("STANDIN_HTTP_PEERS", "ACCESS_AUTH_SERVICE_URL,http://other:80"),
            ("ACCESS_AUTH_SERVICE_URL", "http://auth-service:8010"),
            ("STANDIN_READY_NEEDS", "postgres"),
            ("HOSTNAME", "gateway-1"),
        ])
        .unwrap();
        let told: Vec<_> = settings.targets.iter().map(|target| (target.name(), target.address())).collect();
        assert_eq!(
            told,
            [
                ("postgres", "postgresql://access:***@postgres-service:5432/access".to_owned()),
                ("ACCESS_AUTH_SERVICE_URL", "http://auth-service:8010".to_owned()),
                ("http://other:80", "http://other:80".to_owned()),
            ]
        );
        assert_eq!(settings.instance, "gateway-1");
        assert!(!format!("{:?}", settings.shown).contains("hunter2"));
    }

    #[test]
    fn mistakes_name_the_variable_and_no_value() {
        let refused = |pairs: &[(&str, &str)]| format!("{:#}", read(pairs).unwrap_err());
        assert_eq!(
            refused(&[("STANDIN_REDIS_URL_FROM", "ACCESS_REDIS_URL")]),
            "STANDIN_REDIS_URL_FROM names ACCESS_REDIS_URL, which is not set"
        );
        assert_eq!(refused(&[("STANDIN_LATENCY", "hunter2")]), "STANDIN_LATENCY is not a number");
        assert!(refused(&[("STANDIN_HEALTH_PATHS", "/health,/metrics")]).contains("\"/metrics\""));
        assert_eq!(
            refused(&[("STANDIN_STREAM_INTERVAL", "0")]),
            "STANDIN_STREAM_INTERVAL is not more than 0"
        );
        assert_eq!(
            refused(&[("STANDIN_TLS_LISTEN", "127.0.0.1:0"), ("STANDIN_TLS_CERTIFICATE", "/x")]),
            "STANDIN_TLS_KEY is not set, and STANDIN_TLS_LISTEN is"
        );
        assert_eq!(
            refused(&[("STANDIN_READY_NEEDS", "redis")]),
            "STANDIN_READY_NEEDS names \"redis\", which is not configured"
        );
    }

    #[test]
    fn misspelt_settings_are_noticed_and_service_links_are_not() {
        let settings = read(&[
            ("STANDIN_LATTENCY", "1"),
            ("STANDIN_NAME_FROM", "HOME"),
            ("HOME", "/x"),
            ("STANDIN_SERVICE_HOST", "10.96.0.1"),
            ("STANDIN_PORT_8080_TCP", "tcp://10.96.0.1:8080"),
        ])
        .unwrap();
        assert_eq!(settings.unknown, ["STANDIN_LATTENCY"]);
    }
}

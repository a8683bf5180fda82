//! Servers of others as images, each under the name that a platform's manifests use: Debian's programs behind the ways
//! in which the official images are started, as far as our platforms use them.
//!
//! What is named may be another version than what runs (`redis:7.4.5-alpine` is Debian's Redis 7.0): a test that depends
//! on the difference must not use them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::layout::digest_of;
use super::{Image, debian, debian_root};
use crate::cache::{self, Lock};
use crate::cluster::require_programs;
use crate::tools::workspace_root;

/// Where programs are found, the shell's small ones last.
const PATH: &str =
    "/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/lib/jvm/java-17-openjdk-amd64/bin:/usr/bin:/bin";

/// Users by name: PostgreSQL and Java ask who they are.
const USERS: &str = "root:x:0:0:root:/:/bin/sh\nserver:x:1000:1000:server:/tmp:/bin/sh\n";

/// The small programs that the scripts of platforms and of these images call.
const SMALL: &[&str] =
    &["sh", "cat", "chmod", "echo", "env", "ls", "mkdir", "ps", "rm", "sleep", "test", "touch"];

/// What the official image of PostgreSQL does at a start, as far as it is used here: a new cluster in an empty folder,
/// with user, password and database of the environment; local connections and those of 127.0.0.1 need no password.
const POSTGRES: &str = r#"#!/bin/sh
set -eu
if [ "$1" = postgres ]; then
  PGDATA=${PGDATA:-/var/lib/postgresql/data}
  export PGDATA
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
      echo "Error: Database is uninitialized and superuser password is not specified." >&2
      exit 1
    fi
    user=${POSTGRES_USER:-postgres}
    (umask 077; echo "$POSTGRES_PASSWORD" > /tmp/password)
    initdb --username="$user" --pwfile=/tmp/password --encoding=UTF8 --locale=C
    rm /tmp/password
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
    database=${POSTGRES_DB:-$user}
    if [ "$database" != postgres ]; then
      pg_ctl -w -o "-c listen_addresses=''" start
      psql -v ON_ERROR_STOP=1 -v name="$database" -U "$user" -d postgres <<'SQL'
CREATE DATABASE :"name";
SQL
      pg_ctl -w -m fast stop
    fi
    echo "PostgreSQL init process complete; ready for start up."
  fi
fi
exec "$@"
"#;

/// Kafka's own starter, as far as it is used here. Both garbage collector and compiler are those that start quickly.
const KAFKA: &str = r#"#!/bin/sh
exec java ${KAFKA_HEAP_OPTS:--Xms512m -Xmx512m} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true \
  ${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:/opt/kafka/config/log4j.properties} \
  -Dkafka.logs.dir="${LOG_DIR:-/tmp}" -cp '/opt/kafka/libs/*' kafka.Kafka "$@"
"#;

const ZOOKEEPER: &str = r#"#!/bin/sh
heap=${ZK_SERVER_HEAP:-256}
exec java -Xms"${heap}m" -Xmx"${heap}m" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true \
  -Dlog4j.configuration=file:/opt/kafka/config/log4j.properties \
  -cp '/opt/kafka/libs/*' org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
"#;

const LOGGING: &str = "log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n
";

/// The shell of each.
const SHELL_PACKAGE: &str = "busybox-static";
const REDIS_PACKAGES: &[&str] = &["redis-server"];
const POSTGRES_PACKAGES: &[&str] = &["postgresql-15"];
const PROMETHEUS_PACKAGES: &[&str] = &["prometheus"];
const JAVA_PACKAGES: &[&str] = &["openjdk-17-jre-headless"];
pub(super) const PATRONI_PACKAGES: &[&str] = &["patroni", "postgresql-15", "python3-psycopg2"];
pub(super) const RABBITMQ_PACKAGES: &[&str] = &["rabbitmq-server"];
pub(super) const CURL_PACKAGES: &[&str] = &["curl"];

/// The root file systems that the images of platforms are made of.
const ROOTS: &[&[&str]] = &[
    REDIS_PACKAGES,
    POSTGRES_PACKAGES,
    PROMETHEUS_PACKAGES,
    JAVA_PACKAGES,
    PATRONI_PACKAGES,
    RABBITMQ_PACKAGES,
    CURL_PACKAGES,
];

/// Whether the images of all platforms can be made without Debian's mirror and Maven's repository.
pub fn platforms_are_at_hand() -> Result<bool> {
    let mut there = jars_folder()?.is_dir();
    for packages in ROOTS {
        there &= debian::place(&with_shell(packages))?.is_file();
    }
    Ok(there)
}

fn with_shell<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    [&[SHELL_PACKAGE], packages].concat()
}

/// Redis 7.0.
pub fn redis(name: &str) -> Result<Image> {
    Ok(base(name, REDIS_PACKAGES)?.command(["redis-server"]).folder("/data").writable("/data").port(6379))
}

/// PostgreSQL 15.
pub fn postgres(name: &str) -> Result<Image> {
    let image = base(name, POSTGRES_PACKAGES)?.script("/usr/local/bin/docker-entrypoint.sh", POSTGRES);
    let image = image.writable("/var/lib/postgresql/data").writable("/var/run/postgresql");
    Ok(image.entrypoint(["docker-entrypoint.sh"]).command(["postgres"]).port(5432))
}

/// Prometheus 2.42.
pub fn prometheus(name: &str) -> Result<Image> {
    let image = base(name, PROMETHEUS_PACKAGES)?.writable("/prometheus").folder("/prometheus");
    let usual = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"];
    Ok(image.entrypoint(["/usr/bin/prometheus"]).command(usual).port(9090))
}

/// Kafka 3.9, started by a command of the pod.
pub fn kafka(name: &str) -> Result<Image> {
    let image = jars(base(name, JAVA_PACKAGES)?)?.script("/opt/kafka/bin/kafka-server-start.sh", KAFKA);
    Ok(image.writable("/var/lib/kafka/data").port(9092))
}

/// ZooKeeper 3.8, the one that Kafka comes with.
pub fn zookeeper(name: &str) -> Result<Image> {
    let image = jars(base(name, JAVA_PACKAGES)?)?.script("/docker-entrypoint.sh", ZOOKEEPER);
    let image = ["/data", "/datalog", "/logs"].into_iter().fold(image, Image::writable);
    Ok(image.entrypoint(["/docker-entrypoint.sh"]).port(2181))
}

/// Some of Debian's packages with a shell, run as nobody in particular.
pub(super) fn base(name: &str, packages: &[&str]) -> Result<Image> {
    let image = Image::of_root(name, &debian_root(&with_shell(packages))?)?;
    let image = SMALL
        .iter()
        .fold(image, |image, small| image.link(&format!("/usr/local/bin/{small}"), "/bin/busybox"));
    let image = image.link("/bin/sh", "/bin/busybox").writable("/tmp");
    Ok(image.file("/etc/passwd", USERS).env("PATH", PATH).user("1000:1000"))
}

/// Adds Kafka's jars.
fn jars(image: Image) -> Result<Image> {
    let folder = kafka_jars()?;
    let mut image = image.file("/opt/kafka/config/log4j.properties", LOGGING);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut jars: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    jars.sort();
    for jar in jars {
        let file = jar.file_name().unwrap_or_default().to_string_lossy().into_owned();
        image = image.program(&format!("/opt/kafka/libs/{file}"), &jar);
    }
    Ok(image)
}

/// What names them, for Maven.
const KAFKA_PROJECT: &str = "tools/kafka/pom.xml";

/// Where Kafka's jars lie once they are there.
fn jars_folder() -> Result<PathBuf> {
    let project = workspace_root().join(KAFKA_PROJECT);
    let text = fs::read(&project).with_context(|| format!("cannot read {}", project.display()))?;
    Ok(cache::root()?.join("kafka").join(&digest_of(&text)[..12]))
}

/// The folder of Kafka's jars, which Maven fetches once.
fn kafka_jars() -> Result<PathBuf> {
    require_programs(&[("mvn", "maven")], "the image of Kafka")?;
    let project = workspace_root().join(KAFKA_PROJECT);
    let (above, folder) = (cache::root()?.join("kafka"), jars_folder()?);
    let _lock = Lock::take(&above.join("lock"), || {})?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = tempfile::tempdir_in(&above).context("no place for Kafka's jars")?;
    let output = Command::new("mvn")
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(&project)
        .arg("org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies")
        .arg("-DincludeScope=runtime")
        .arg(format!("-DoutputDirectory={}", unfinished.path().join("libs").display()))
        .output()
        .context("cannot run mvn")?;
    if !output.status.success() {
        bail!("Maven cannot fetch Kafka's jars: {}", String::from_utf8_lossy(&output.stdout).trim());
    }
    fs::rename(unfinished.path().join("libs"), &folder)
        .with_context(|| format!("cannot write {}", folder.display()))?;
    Ok(folder)
}

//! Servers that are several, each of which has to find the others: Debian's programs, as in [`super::servers`].

use anyhow::Result;

use super::Image;
use super::servers::{PATRONI_PACKAGES, RABBITMQ_PACKAGES, base};

/// What the scripts of Debian and of the platform call, beside the small programs that all have.
const TOOLS: &[&str] = &[
    "awk", "basename", "cp", "cut", "date", "df", "dirname", "expr", "false", "find", "free", "grep", "head",
    "hostname", "id", "kill", "ln", "mktemp", "mv", "ps", "readlink", "realpath", "rmdir", "sed", "seq",
    "sort", "stat", "tail", "timeout", "tr", "true", "uname", "wc", "which", "xargs",
];

/// Patroni 3.0 with PostgreSQL 15: the packages of `platforms/b2connect/images/postgres-patroni`.
pub fn patroni(name: &str) -> Result<Image> {
    Ok(tools(base(name, PATRONI_PACKAGES)?).writable("/var/lib/postgresql/data").port(5432).port(8008))
}

/// RabbitMQ 3.10. Its programs are taken from where they lie: those in `/usr/sbin` want to be root first.
pub fn rabbitmq(name: &str) -> Result<Image> {
    let image = tools(base(name, RABBITMQ_PACKAGES)?)
        .env("PATH", "/usr/lib/rabbitmq/bin:/usr/local/bin:/usr/bin:/bin")
        // Erlang takes names for what they are in UTF-8 only.
        .env("LANG", "C.UTF-8")
        .writable("/var/lib/rabbitmq");
    Ok(image.command(["rabbitmq-server"]).port(5672))
}

fn tools(image: Image) -> Image {
    // The disk's room is asked of this path.
    let image = image.link("/bin/df", "/bin/busybox");
    TOOLS.iter().fold(image, |image, tool| image.link(&format!("/usr/local/bin/{tool}"), "/bin/busybox"))
}

//! The images of B2Connect (`platforms/b2connect`) with its own data layer: real servers but for Elasticsearch, which Debian
//! does not have, and the stand-in for that and for the services and front ends.

use std::path::Path;

use anyhow::Result;

use super::servers::{CURL_PACKAGES, base};
use super::{Image, patroni, rabbitmq, redis};

/// The services, and the kinds of servers that each is told of. The platform's document names the gateway.
const SERVICES: [(&str, &[&str]); 4] = [
    ("api-gateway", &["redis"]),
    ("identity", &["postgres", "redis"]),
    ("catalog", &["postgres", "redis", "rabbitmq"]),
    ("orders", &["postgres", "redis", "rabbitmq"]),
];

const FRONT_ENDS: [&str; 2] = ["storefront", "admin-portal"];

/// The version that the platform names.
const VERSION: &str = "v1.0.0";

/// Elasticsearch's own tool, as far as the chart's script calls it.
const USERS: &str = "#!/bin/sh\nset -eu\n[ \"$1\" = useradd ]\necho \"$2\" >>\"$ES_PATH_CONF/users\"\n";

/// All of them, with the stand-in as a static program.
pub fn b2connect(stand_in: &Path) -> Result<Vec<Image>> {
    let mut images = vec![
        patroni("ghcr.io/b2connect/postgres-patroni:15-3.0")?,
        redis("docker.io/library/redis:8.2.2-alpine")?,
        rabbitmq("docker.io/library/rabbitmq:4.1.4-alpine")?,
        elasticsearch("docker.elastic.co/elasticsearch/elasticsearch:8.19.4", stand_in)?,
        // For the pod of `helm test`.
        base("docker.io/curlimages/curl:8.16.0", CURL_PACKAGES)?.entrypoint(["curl"]),
    ];
    for (service, servers) in SERVICES {
        let mut image = Image::of_program(&format!("ghcr.io/b2connect/{service}:{VERSION}"), stand_in)?
            // To read the file of flags as the service would.
            .program("/bin/busybox", Path::new("/bin/busybox"))
            .link("/bin/cat", "busybox")
            .env("PATH", "/bin")
            .env("STANDIN_NAME", service)
            .env("STANDIN_VERSION", VERSION)
            .env("STANDIN_LISTEN", "0.0.0.0:5000")
            .env("STANDIN_HEALTH_PATHS", "/health,/alive")
            .user("1000:1000")
            .port(5000);
        for server in servers {
            image = match *server {
                "postgres" => image.env("STANDIN_POSTGRES_DSN_FROM", "ConnectionStrings__Database"),
                "redis" => image.env("STANDIN_REDIS_URL_FROM", "ConnectionStrings__Cache"),
                _ => image.env("STANDIN_RABBITMQ_URL_FROM", "ConnectionStrings__Broker"),
            };
        }
        images.push(image);
    }
    for front_end in FRONT_ENDS {
        images.push(
            Image::of_program(&format!("ghcr.io/b2connect/{front_end}:{VERSION}"), stand_in)?
                .env("STANDIN_NAME", front_end)
                .env("STANDIN_VERSION", VERSION)
                .env("STANDIN_LISTEN", "0.0.0.0:8080")
                .user("1000:1000")
                .port(8080),
        );
    }
    Ok(images)
}

/// Listens where Elasticsearch does and answers whatever it is asked; it has no data and knows no users.
fn elasticsearch(name: &str, stand_in: &Path) -> Result<Image> {
    let home = "/usr/share/elasticsearch";
    Ok(base(name, CURL_PACKAGES)?
        .program("/standin", stand_in)
        .file(&format!("{home}/config/jvm.options"), "")
        .script(&format!("{home}/bin/elasticsearch-users"), USERS)
        .link("/usr/local/bin/cp", "/bin/busybox")
        .entrypoint(["/standin"])
        .env("STANDIN_NAME", "elasticsearch")
        .env("STANDIN_LISTEN", "0.0.0.0:9200")
        .port(9200))
}

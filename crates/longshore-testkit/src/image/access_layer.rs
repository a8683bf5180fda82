//! The images of the Access Layer (`platforms/access-layer`) under the names that its manifests use: real servers, and
//! the stand-in service for the five services and for Grafana, which cannot be had.
//!
//! What the stand-in is told stands in the image, so that the platform is deployed as it is.

use std::path::Path;

use anyhow::Result;

use super::{Image, kafka, postgres, prometheus, redis, zookeeper};

/// The five services and their ports.
const SERVICES: [(&str, u16); 5] =
    [("gateway", 8000), ("streaming", 8001), ("auth", 8010), ("entitlements", 8011), ("metrics", 8012)];

/// The version that the platform names, and the next one, for updates.
pub const VERSIONS: [&str; 2] = ["v1.0.0", "v1.0.1"];

/// All of them, with the stand-in as a static program.
pub fn access_layer(stand_in: &Path) -> Result<Vec<Image>> {
    let mut images = vec![
        redis("docker.io/library/redis:7.4.5-alpine")?,
        postgres("docker.io/library/postgres:16.9-bookworm")?,
        prometheus("docker.io/prom/prometheus:v3.5.0")?,
        zookeeper("docker.io/library/zookeeper:3.9.4")?,
        kafka("docker.io/apache/kafka:3.9.1")?,
        // Its init container asks the shell whether there is a database already.
        Image::of_program("docker.io/grafana/grafana:12.1.0", stand_in)?
            .program("/bin/busybox", Path::new("/bin/busybox"))
            .link("/bin/sh", "busybox")
            .env("PATH", "/bin")
            .env("STANDIN_NAME", "grafana")
            .env("STANDIN_LISTEN", "0.0.0.0:3000")
            .env("STANDIN_HEALTH_PATHS", "/api/health,/health")
            .user("1000:1000")
            .port(3000),
    ];
    for (service, port) in SERVICES {
        for version in VERSIONS {
            images.push(
                Image::of_program(&format!("ghcr.io/254carbon/{service}:{version}"), stand_in)?
                    .env("STANDIN_NAME", service)
                    .env("STANDIN_VERSION", version)
                    .env("STANDIN_LISTEN", &format!("0.0.0.0:{port}"))
                    .env("STANDIN_REDIS_URL_FROM", "ACCESS_REDIS_URL")
                    .env("STANDIN_POSTGRES_DSN_FROM", "ACCESS_POSTGRES_DSN")
                    .env("STANDIN_KAFKA_BOOTSTRAP_FROM", "ACCESS_KAFKA_BOOTSTRAP")
                    .env("STANDIN_HTTP_PEERS", PEERS)
                    .user("1000:1000")
                    .port(port),
            );
        }
    }
    Ok(images)
}

/// The variables with the addresses of the services that others ask.
const PEERS: &str = "ACCESS_AUTH_SERVICE_URL,ACCESS_ENTITLEMENTS_SERVICE_URL,ACCESS_METRICS_SERVICE_URL";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::tools::workspace_root;

    /// Every name that the manifests of `dev` use, by their own text.
    #[test]
    fn every_image_of_the_platform_is_there() {
        let folder = workspace_root().join("platforms/access-layer/k8s/dev");
        let mut named = BTreeSet::new();
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let images = text.lines().filter_map(|line| line.trim().strip_prefix("image: "));
            named.extend(images.map(str::to_owned));
        }
        assert_eq!(named.len(), 11, "{named:?}");
        let source = include_str!("access_layer.rs");
        for name in named {
            let (image, tag) = name.rsplit_once(':').unwrap();
            let service = image.strip_prefix("ghcr.io/254carbon/");
            let known = match service {
                Some(service) => SERVICES.iter().any(|(known, _)| *known == service) && VERSIONS[0] == tag,
                None => source.contains(&format!("\"{name}\"")),
            };
            assert!(known, "{name} is not made");
        }
    }
}

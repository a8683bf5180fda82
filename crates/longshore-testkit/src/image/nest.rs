//! The images of Nest (`platforms/nest`) with a database and a cache of its own: real servers, and the stand-in for the
//! application, which cannot be had.

use std::path::Path;

use anyhow::Result;

use super::{Image, busybox_as, postgres, redis};

/// The version that the platform names, and the next one, for updates.
const VERSIONS: [&str; 2] = ["v1.0.0", "v1.0.1"];

/// All of them, with the stand-in as a static program.
pub fn nest(stand_in: &Path) -> Result<Vec<Image>> {
    let mut images = vec![
        postgres("docker.io/library/postgres:16.9-bookworm")?,
        redis("docker.io/library/redis:7.4.5-alpine")?,
        // For the pod of `helm test`.
        busybox_as("docker.io/library/busybox:1.36")?,
    ];
    for version in VERSIONS {
        images.push(
            Image::of_program(&format!("docker.io/penguintech/nest:{version}"), stand_in)?
                .env("STANDIN_NAME", "nest")
                .env("STANDIN_VERSION", version)
                .env("STANDIN_LISTEN", "0.0.0.0:8000")
                .env("STANDIN_POSTGRES_HOST_FROM", "DATABASE_HOST")
                .env("STANDIN_POSTGRES_PORT_FROM", "DATABASE_PORT")
                .env("STANDIN_POSTGRES_USER_FROM", "DATABASE_USERNAME")
                .env("STANDIN_POSTGRES_PASSWORD_FROM", "DATABASE_PASSWORD")
                .env("STANDIN_POSTGRES_DATABASE_FROM", "DATABASE_NAME")
                .env("STANDIN_REDIS_URL_FROM", "CACHE_URL")
                .env("STANDIN_REDIS_PASSWORD_FROM", "CACHE_PASSWORD")
                .user("1000:1000")
                .port(8000),
        );
    }
    Ok(images)
}

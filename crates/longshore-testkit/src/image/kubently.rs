//! The images of Kubently (`platforms/kubently`) under the names that its chart uses: Redis, and the stand-in for API and
//! executor. What the stand-in is told stands in the images, so that the platform is deployed as it is.

use std::path::Path;

use anyhow::Result;

use super::{Image, redis};

/// What the stand-in is told as the API: it lets in whoever shows a token of which the chart gave it the digest, or a
/// client's key, and goes on answering while it ends.
const API: &[(&str, &str)] = &[
    ("STANDIN_NAME", "kubently-api"),
    ("STANDIN_REDIS_URL_FROM", "REDIS_URL"),
    ("STANDIN_REDIS_PASSWORD_FROM", "REDIS_PASSWORD"),
    ("STANDIN_TOKENS_DIR_FROM", "EXECUTOR_TOKENS_DIR"),
    ("STANDIN_API_KEYS_FROM", "API_KEYS"),
    ("STANDIN_DRAIN", "5"),
];

/// What the stand-in is told as an executor: it calls the API with its token.
pub const KUBENTLY_EXECUTOR: &[(&str, &str)] = &[
    ("STANDIN_NAME", "kubently-executor"),
    ("STANDIN_HTTP_PEERS", "KUBENTLY_API_URL"),
    ("STANDIN_PEER_PATH", "/executor"),
    ("STANDIN_PEER_TOKEN_FROM", "KUBENTLY_TOKEN"),
];

/// All of them, with the stand-in as a static program.
pub fn kubently(stand_in: &Path) -> Result<Vec<Image>> {
    let of = |name: &str, told: &[(&str, &str)]| {
        let image = Image::of_program(&format!("ghcr.io/kubently/{name}:1.0.0"), stand_in)?;
        let image = told.iter().fold(image, |image, (name, value)| image.env(name, value));
        Ok::<_, anyhow::Error>(image.user("1000:1000").port(8080))
    };
    let redis = redis("docker.io/library/redis:7.4.5-alpine")?;
    Ok(vec![redis, of("kubently-api", API)?, of("kubently-executor", KUBENTLY_EXECUTOR)?])
}

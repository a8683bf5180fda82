//! The images of NowConnect (`platforms/nowconnect`), environment `staging`: Redis, and the stand-in for the hub, whose own
//! program is not there yet. It takes WebSockets where the hub would.

use std::path::Path;

use anyhow::Result;

use super::{Image, redis};

/// All of them, with the stand-in as a static program.
pub fn nowconnect(stand_in: &Path) -> Result<Vec<Image>> {
    let hub = Image::of_program("docker.io/your-registry/nowconnect-cloud:v1.1.0-rc.1", stand_in)?
        .env("STANDIN_NAME", "nowconnect")
        .env("STANDIN_LISTEN", "0.0.0.0:8765")
        .env("STANDIN_SOCKET_PATHS", "/tunnel,/mesh")
        .user("1000:1000")
        .port(8765);
    // What ends the mesh's TLS where no ingress does, with the certificates that the platform mounts.
    let hub = hub
        .env("STANDIN_TLS_LISTEN", "0.0.0.0:8766")
        .env("STANDIN_TLS_CERTIFICATE", "/app/certs/mesh_cert.pem")
        .env("STANDIN_TLS_KEY", "/app/certs/mesh_key.pem")
        .env("STANDIN_TLS_CLIENT_CA", "/app/certs/mesh_ca.pem")
        .port(8766);
    // Started by arguments alone, which go to the server.
    let redis = redis("docker.io/library/redis:8.2")?.entrypoint(["redis-server"]);
    Ok(vec![redis, hub])
}

//! Images of containers: their names as container runtimes read them, and the digests that tags stand for.

use reqwest::{Method, StatusCode};

use super::manifest::{Descriptor, IMAGES, sha256};
use super::reference::Reference;
use super::registry::Registry;
use super::transport::Call;
use super::{MAX_METADATA, OciError};

/// The name of an image in full: `nginx` is `docker.io/library/nginx:latest`, as everywhere.
///
/// # Errors
/// No registry can have such an image.
///
/// ```
/// use longshore_source::oci::image_name;
/// assert_eq!(image_name("nginx")?.to_string(), "docker.io/library/nginx:latest");
/// assert_eq!(image_name("localhost:5000/a/b:1")?.to_string(), "localhost:5000/a/b:1");
/// # Ok::<(), longshore_source::oci::OciError>(())
/// ```
pub fn image_name(text: &str) -> Result<Reference, OciError> {
    let full = match text.split_once('/') {
        // What has neither a dot nor a port is no host.
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => text.to_owned(),
        Some(_) => format!("docker.io/{text}"),
        None => format!("docker.io/library/{text}"),
    };
    let mut named = Reference::parse(&full)?;
    if named.reference.is_empty() {
        named.reference = String::from("latest");
    }
    Ok(named)
}

impl Registry<'_> {
    /// The digest of what an image's tag stands for now: of its index if it is for several platforms, else of its manifest.
    ///
    /// # Errors
    /// There is no such image, or the registry does not say.
    pub fn image_digest(&self, image: &Reference) -> Result<String, OciError> {
        self.http.block_on(async {
            let path = format!("{}/manifests/{}", image.repository, image.reference);
            let call = Call::new(Method::GET, self.url(image.host(), &path))
                .allowed(image, "pull")
                .accepting(IMAGES);
            let answer = self.send(&call).await?;
            match answer.status() {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND => return Err(OciError::NotFound(image.to_string())),
                _ => return Err(answer.refused().await),
            }
            let stated = answer.header("docker-content-digest").map(str::to_owned);
            let bytes = answer.body(MAX_METADATA).await?;
            // What a registry says of it counts only if it is so.
            let is_other = |stated: &String| {
                !Descriptor { digest: stated.clone(), ..Descriptor::default() }.is_of(&bytes)
            };
            if stated.as_ref().is_some_and(is_other) {
                return Err(OciError::Other(format!("the manifest of {image} is not what its digest says")));
            }
            Ok(sha256(&bytes))
        })?
    }
}

#[cfg(test)]
mod tests {
    use super::image_name;

    #[test]
    fn names_are_those_of_container_runtimes() {
        for (text, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("grafana/grafana:11", "docker.io/grafana/grafana:11"),
            ("ghcr.io/a/b", "ghcr.io/a/b:latest"),
            ("localhost/a", "localhost/a:latest"),
            ("127.0.0.1:5000/a:1", "127.0.0.1:5000/a:1"),
        ] {
            assert_eq!(image_name(text).unwrap().to_string(), full, "{text}");
        }
        assert!(image_name("a b").is_err() && image_name("").is_err());
    }
}

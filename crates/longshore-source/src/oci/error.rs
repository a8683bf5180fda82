//! Why a registry does not give or take something, in the words of the library that Helm uses
//! (<https://pkg.go.dev/oras.land/oras-go/v2>): scripts look for them.

pub(super) use longshore_go::strconv::quoted;
use longshore_go::{fmt, json};

use crate::HttpError;

/// What is wrong.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum OciError {
    /// A name that no registry can know.
    #[error("invalid reference: {0}")]
    Reference(String),
    /// The registry answers something else than what was asked for.
    #[error("{method} {}: response status code {code}: {text}", quoted(.url))]
    Status {
        /// The request's method.
        method: &'static str,
        /// The address.
        url: String,
        /// The status code.
        code: u16,
        /// What the registry says, else the status in words.
        text: String,
    },
    /// There is no answer.
    #[error("{} {}: {problem}", capital(.method), quoted(.url))]
    NoAnswer {
        /// The request's method.
        method: &'static str,
        /// The address.
        url: String,
        /// Why.
        problem: String,
    },
    /// It is not there.
    #[error("{0}: not found")]
    NotFound(String),
    /// A step of copying from a registry (`source`) or to it (`destination`) went wrong.
    #[error("failed to perform {step:?} on {side}: {cause}")]
    Step {
        /// The step.
        step: &'static str,
        /// On which side.
        side: &'static str,
        /// What went wrong.
        cause: Box<OciError>,
    },
    /// The file of credentials cannot be used.
    #[error("{0}")]
    Credentials(String),
    /// The means to ask with are not there.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// Everything else, told in full.
    #[error("{0}")]
    Other(String),
}

impl OciError {
    /// As a step of copying from a registry.
    pub(super) fn at_source(self, step: &'static str) -> Self {
        Self::Step { step, side: "source", cause: Box::new(self) }
    }

    /// As a step of copying to a registry, or to memory.
    pub(super) fn at_destination(self, step: &'static str) -> Self {
        Self::Step { step, side: "destination", cause: Box::new(self) }
    }
}

/// `GET` as Go's client says it: `Get`.
fn capital(method: &str) -> String {
    let (first, rest) = method.split_at(1);
    first.to_owned() + &rest.to_ascii_lowercase()
}

/// Reads JSON, with Go's words for what is none.
pub(super) fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let (_, end) = json::parse_first(bytes).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes[..end]).map_err(|error| error.to_string())
}

/// What the registry says in an answer's body
/// (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes>).
pub(super) fn said(body: &[u8]) -> Option<String> {
    let body = json::parse_first(body).ok()?.0;
    let errors = body.as_map()?.get(b"errors")?;
    let texts: Vec<String> = errors.as_list()?.iter().map(one).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn one(error: &longshore_go::Value) -> String {
    let field = |key: &str| error.as_map().and_then(|map| map.get(key.as_bytes()));
    let text = |key| field(key).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
    let code: String =
        text("code").chars().map(|c| if c == '_' { ' ' } else { c.to_ascii_lowercase() }).collect();
    let message = text("message");
    if message.is_empty() {
        return code;
    }
    match field("detail").filter(|detail| !detail.is_nil()) {
        None => format!("{code}: {message}"),
        Some(detail) => {
            let detail = fmt::sprint(&[detail]);
            format!("{code}: {message}: {}", String::from_utf8_lossy(&detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OciError, said};

    #[test]
    fn a_registrys_words_are_as_helm_shows_them() {
        let body = br#"{"errors":[{"code":"NAME_UNKNOWN","message":"not known","detail":{"name":"a/b"}},{"code":"DENIED"}]}"#;
        assert_eq!(said(body).as_deref(), Some("name unknown: not known: map[name:a/b]; denied"));
        assert_eq!(said(b"<html>"), None);
        assert_eq!(said(br#"{"errors":[]}"#), None);
    }

    #[test]
    fn steps_name_their_side() {
        let error = OciError::NotFound(String::from("r/c:1")).at_source("FetchReference");
        assert_eq!(error.to_string(), "failed to perform \"FetchReference\" on source: r/c:1: not found");
        let error = OciError::NoAnswer {
            method: "HEAD",
            url: String::from("https://r/v2/"),
            problem: String::from("EOF"),
        };
        assert_eq!(error.to_string(), "Head \"https://r/v2/\": EOF");
    }
}

//! The API server's own words for a failure: `meta/v1 Status`.

use serde::Deserialize;

/// A `Status` as the server sent it, or made from an answer that is none (a proxy's HTML page).
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Status {
    /// The HTTP status code.
    pub code: u16,
    /// A word for programs: `NotFound`, `Conflict`, `Invalid`; often empty.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// More, by reason.
    pub details: StatusDetails,
    /// Whether the server sent a `Status`; if not, the message is what else it sent.
    #[serde(skip)]
    pub is_told: bool,
}

/// What a [`Status`] is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatusDetails {
    /// The object's name.
    pub name: String,
    /// The object's group.
    pub group: String,
    /// The object's kind, or (more often) the resource: `configmaps`.
    pub kind: String,
    /// One entry per thing that is wrong.
    pub causes: Vec<StatusCause>,
    /// How long to wait before asking again.
    pub retry_after_seconds: u32,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatusCause {
    /// A word for programs: `FieldValueInvalid`, `FieldManagerConflict`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The field: `spec.containers[0].image`.
    pub field: String,
}

impl Status {
    /// The longest body of an answer that is no `Status` to keep.
    const EXCERPT: usize = 400;

    /// Reads the body of a failed answer. Always gives something: the code is what the answer had.
    pub(crate) fn of_body(code: u16, body: &[u8]) -> Self {
        /// `details: null` is as good as none.
        #[derive(Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Wire {
            kind: String,
            code: Option<u16>,
            reason: Option<String>,
            message: Option<String>,
            details: Option<StatusDetails>,
        }
        match serde_json::from_slice::<Wire>(body) {
            Ok(wire) if wire.kind == "Status" => Self {
                code: wire.code.filter(|code| *code != 0).unwrap_or(code),
                reason: wire.reason.unwrap_or_default(),
                message: wire.message.unwrap_or_default(),
                details: wire.details.unwrap_or_default(),
                is_told: true,
            },
            _ => {
                let text = String::from_utf8_lossy(body);
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let message = line.chars().take(Self::EXCERPT).collect();
                Self { code, message, ..Self::default() }
            }
        }
    }

    /// Whether a cause has this reason.
    pub(crate) fn has_cause(&self, reason: &str) -> bool {
        self.details.causes.iter().any(|cause| cause.reason == reason)
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn a_status_is_read_and_the_answers_code_fills_its_gap() {
        let body = br#"{"kind":"Status","status":"Failure","message":"pods \"a\" not found","reason":"NotFound","details":{"name":"a","kind":"pods","causes":[{"reason":"R","field":"f"}]}}"#;
        let status = Status::of_body(404, body);
        assert_eq!(status.code, 404);
        assert_eq!(status.details.kind, "pods");
        assert!(status.has_cause("R") && !status.has_cause("Q"));
        let bare = Status::of_body(401, br#"{"kind":"Status","code":401,"details":null}"#);
        assert_eq!(bare.code, 401);
    }

    #[test]
    fn other_bodies_are_cut_short() {
        let page = format!("<html>\n <b>bad   gateway</b>{}", "x".repeat(10_000));
        let status = Status::of_body(502, page.as_bytes());
        assert!(status.message.starts_with("<html> <b>bad gateway</b>xxx"));
        assert_eq!(status.message.chars().count(), 400);
        assert_eq!(Status::of_body(503, &[0xff, 0xfe]).code, 503);
    }
}

//! Small readers of live JSON, shared by the readiness rules.

use serde_json::Value as Json;

/// The string at a JSON pointer, or the empty string.
pub(crate) fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The whole number at a JSON pointer, if there is one.
pub(crate) fn number(json: &Json, pointer: &str) -> Option<i64> {
    json.pointer(pointer).and_then(Json::as_i64)
}

/// The whole number at a JSON pointer, or 0: how a status leaves out what is zero.
pub(crate) fn count(json: &Json, pointer: &str) -> i64 {
    number(json, pointer).unwrap_or(0)
}

/// The items of the list at a JSON pointer; none if there is no list.
pub(crate) fn items<'a>(json: &'a Json, pointer: &str) -> &'a [Json] {
    json.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// One entry of `status.conditions`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Condition<'a> {
    pub(crate) status: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
}

impl Condition<'_> {
    pub(crate) fn is_true(&self) -> bool {
        self.status == "True"
    }

    pub(crate) fn is_false(&self) -> bool {
        self.status == "False"
    }

    /// The message, or the reason where there is no message.
    pub(crate) fn words(&self) -> &str {
        if self.message.is_empty() { self.reason } else { self.message }
    }
}

/// The condition of the given type in `status.conditions`.
pub(crate) fn condition<'a>(json: &'a Json, kind: &str) -> Option<Condition<'a>> {
    items(json, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind).map(
        |condition| Condition {
            status: text(condition, "/status"),
            reason: text(condition, "/reason"),
            message: text(condition, "/message"),
        },
    )
}

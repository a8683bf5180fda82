//! Whose an object is, by Helm's marks, in Helm's words.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/validate.go>.

use longshore_go::strconv::quoted;
use serde_json::{Value as Json, json};

use crate::ownership::{HELM, MANAGED_BY, RELEASE_NAME, RELEASE_NAMESPACE};

/// Why a live object is not the release's; `None` if it is.
///
/// ```
/// use longshore_release::helm::problem;
/// let live = serde_json::json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"},
///     "annotations": {"meta.helm.sh/release-name": "web"}}});
/// assert_eq!(
///     problem(&live, "web", "shop").as_deref(),
///     Some("invalid ownership metadata; annotation validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \"shop\"")
/// );
/// ```
pub fn problem(live: &Json, release: &str, namespace: &str) -> Option<String> {
    let problems: Vec<String> = marks(release, namespace)
        .into_iter()
        .filter_map(|(what, map, key, wanted)| {
            let is = live.get("metadata").and_then(|metadata| metadata.get(map)).and_then(|map| map.get(key));
            let why = match is.and_then(Json::as_str) {
                None => format!("missing key {}: must be set to {}", quoted(key), quoted(wanted)),
                Some(is) if is == wanted => return None,
                Some(is) => format!(
                    "key {} must equal {}: current value is {}",
                    quoted(key),
                    quoted(wanted),
                    quoted(is)
                ),
            };
            Some(format!("{what} validation error: {why}"))
        })
        .collect();
    (!problems.is_empty()).then(|| format!("invalid ownership metadata; {}", problems.join("; ")))
}

/// Marks an object as the release's.
pub fn mark(object: &mut Json, release: &str, namespace: &str) {
    let Some(object) = object.as_object_mut() else { return };
    let metadata = map_at(object, "metadata");
    for (_, map, key, value) in marks(release, namespace) {
        map_at(metadata, map).insert(key.to_owned(), json!(value));
    }
}

/// What is said of a mark, where it stands, its key and its value.
fn marks<'a>(
    release: &'a str,
    namespace: &'a str,
) -> [(&'static str, &'static str, &'static str, &'a str); 3] {
    [
        ("label", "labels", MANAGED_BY, HELM),
        ("annotation", "annotations", RELEASE_NAME, release),
        ("annotation", "annotations", RELEASE_NAMESPACE, namespace),
    ]
}

/// The map under a key; what else stood there is replaced.
fn map_at<'m>(
    map: &'m mut serde_json::Map<String, Json>,
    key: &str,
) -> &'m mut serde_json::Map<String, Json> {
    let under = map.entry(key.to_owned()).or_insert_with(|| json!({}));
    if !under.is_object() {
        *under = json!({});
    }
    under.as_object_mut().expect("it was made one")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{mark, problem};

    #[test]
    fn what_is_marked_is_owned_by_none_but_its_release() {
        let mut object = json!({"metadata": {"name": "a", "labels": null}});
        mark(&mut object, "web", "shop");
        assert_eq!(problem(&object, "web", "shop"), None);
        assert_eq!(
            problem(&object, "api", "shop").as_deref(),
            Some(
                "invalid ownership metadata; annotation validation error: \
                 key \"meta.helm.sh/release-name\" must equal \"api\": current value is \"web\""
            )
        );
    }
}

//! Why a registry did not hand out an image.

use super::Meaning;

/// What the message of a failed pull means; `node` is the architecture of the pod's node, where that is known.
pub fn why_not_pulled(message: &str, image: &str, node: Option<&str>) -> Option<Meaning> {
    let text = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(if has(&["no match for platform", "no matching manifest", "exec format error"]) {
        Meaning::new(format!("`{image}` is not there for {}", of_node(node)), way_to_it(node))
    } else if has(&["toomanyrequests", "rate limit", "429 too many"]) {
        Meaning::new(
            "the registry answers that it was asked too often",
            "use a mirror, or pull with credentials (imagePullSecrets)",
        )
    } else if has(&["x509", "tls: ", "certificate", "server gave http response to https client"]) {
        Meaning::new(
            "the registry's certificate is not trusted by the node",
            "give the node the registry's CA, or correct the registry's address",
        )
    } else if has(&[
        "unauthorized",
        "authentication required",
        "no basic auth",
        "denied",
        "forbidden",
        "401 ",
    ]) {
        Meaning::new(
            format!("the registry does not hand out `{image}` without credentials, or it is not there"),
            "check the image's name and that the pod has a pull secret of type kubernetes.io/dockerconfigjson",
        )
    } else if has(&["no such host", "server misbehaving"]) {
        Meaning::new(
            format!("the registry of `{image}` has no address"),
            "check the registry's name, and the node's DNS",
        )
    } else if has(&[
        "i/o timeout",
        "connection refused",
        "no route to host",
        "context deadline",
        "network is unreachable",
    ]) {
        Meaning::new(
            format!("the registry of `{image}` cannot be reached from the node"),
            "check the registry's address, and proxies and firewalls between the node and it",
        )
    } else if has(&["not found", "manifest unknown", "name unknown", "repository does not exist"]) {
        Meaning::new(
            format!("the registry has no `{image}`"),
            "check the image's name and tag; `set image` or the values name another",
        )
    } else {
        return None;
    })
}

/// A program that a node cannot execute, whose architecture may be known. The kernel says the same of a script of which
/// it does not know what runs it.
pub fn other_architecture(node: Option<&str>) -> Meaning {
    Meaning::new(
        format!("its program is not made for {}", of_node(node)),
        format!("{}; a script without `#!` in its first line fails with the same words", way_to_it(node)),
    )
}

fn of_node(node: Option<&str>) -> String {
    match node {
        Some(node) => format!("the node's architecture, {node}"),
        None => "the node's architecture".to_owned(),
    }
}

fn way_to_it(node: Option<&str>) -> String {
    let which = match node {
        Some(node) => format!(" linux/{node}"),
        None => " that platform".to_owned(),
    };
    format!("build the image for{which}, or choose other nodes by the label kubernetes.io/arch")
}

#[cfg(test)]
mod tests {
    use super::{other_architecture, why_not_pulled};

    #[test]
    fn messages_of_registries() {
        for (message, meaning) in [
            (
                "rpc error: code = NotFound desc = failed to resolve reference \"r/a:1\": r/a:1: not found",
                "the registry has no `r/a:1`",
            ),
            (
                "failed to authorize: failed to fetch anonymous token: 401 Unauthorized",
                "the registry does not hand out `r/a:1` without credentials, or it is not there",
            ),
            ("dial tcp 10.0.0.1:443: i/o timeout", "the registry of `r/a:1` cannot be reached from the node"),
            ("dial tcp: lookup registry.invalid: no such host", "the registry of `r/a:1` has no address"),
            (
                "tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "the registry's certificate is not trusted by the node",
            ),
            (
                "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
                "the registry answers that it was asked too often",
            ),
            (
                "no match for platform in manifest: not found",
                "`r/a:1` is not there for the node's architecture",
            ),
        ] {
            assert_eq!(
                why_not_pulled(message, "r/a:1", None).map(|m| m.what).as_deref(),
                Some(meaning),
                "{message}"
            );
        }
        assert_eq!(why_not_pulled("something else", "r/a:1", None), None);
    }

    #[test]
    fn the_node_s_architecture_is_named() {
        let message =
            "failed to pull and unpack image \"r/a:1\": no match for platform in manifest: not found";
        let pulled = why_not_pulled(message, "r/a:1", Some("amd64")).unwrap();
        assert_eq!(pulled.what, "`r/a:1` is not there for the node's architecture, amd64");
        assert!(pulled.hint.starts_with("build the image for linux/amd64, or "), "{}", pulled.hint);
        let run = other_architecture(Some("arm64"));
        assert_eq!(run.what, "its program is not made for the node's architecture, arm64");
        assert!(run.hint.contains("linux/arm64") && run.hint.contains("`#!`"), "{}", run.hint);
        assert_eq!(other_architecture(None).what, "its program is not made for the node's architecture");
    }
}

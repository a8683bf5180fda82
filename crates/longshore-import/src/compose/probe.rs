//! `healthcheck` as a readiness probe: Compose starts nothing anew that is not healthy, and neither does that.

use longshore_yaml::Node;

use super::words::{seconds, split};
use crate::tree::{flow, is_true, list, map, scalar, texts};

/// The probe, if the service has a check. `command` makes a text of the file one of the container.
pub(super) fn read(service: &Node, command: impl Fn(&str) -> String) -> Option<Node> {
    let check = service.get("healthcheck")?;
    let test = check.get("test")?;
    if is_true(check.get("disable")) {
        return None;
    }
    let words = if let Some(text) = scalar(test) {
        shell(text)
    } else {
        let words = texts(Some(test));
        match words.first().map(String::as_str) {
            Some("CMD") => words[1..].to_vec(),
            Some("CMD-SHELL") => shell(&words[1..].join(" ")),
            _ => return None,
        }
    };
    if words.is_empty() {
        return None;
    }
    let mut probe = Node::mapping();
    if let Some((port, path)) = http(&words) {
        probe.set("httpGet", flow(map([("path", Node::string(path)), ("port", Node::int(i64::from(port)))])));
    } else {
        let words = list(words.iter().map(|word| Node::string(command(word))));
        probe.set("exec", map([("command", flow(words))]));
    }
    let time = |key: &str| check.get(key).and_then(scalar).and_then(seconds);
    let number = |key: &str, value: Option<i64>| {
        value.filter(|value| *value > 0).map(|value| (key.to_owned(), Node::int(value)))
    };
    let retries = check.get("retries").and_then(scalar).and_then(|text| text.parse().ok());
    // What Docker does where the file says nothing.
    let all = [
        number("initialDelaySeconds", time("start_period")),
        number("periodSeconds", Some(time("interval").unwrap_or(30))),
        number("timeoutSeconds", Some(time("timeout").unwrap_or(30))),
        number("failureThreshold", Some(retries.unwrap_or(3))),
    ];
    all.into_iter().flatten().for_each(|(key, value)| probe.set(&key, value));
    Some(probe)
}

fn shell(text: &str) -> Vec<String> {
    vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()]
}

/// The port and path of a check that does nothing but ask its own container over HTTP: the node can ask, too, and
/// without a program in the image.
fn http(words: &[String]) -> Option<(u16, String)> {
    let words = match words {
        [shell, flag, line] if shell == "/bin/sh" && flag == "-c" => {
            let line = line.trim();
            let line =
                line.strip_suffix("|| exit 1").or_else(|| line.strip_suffix("|| false")).unwrap_or(line);
            if line.contains(['|', '&', ';', '$', '`', '>', '<']) {
                return None;
            }
            split(line)
        }
        words => words.to_vec(),
    };
    let quiet = |word: &str| {
        [
            "-f",
            "-s",
            "-S",
            "-fsS",
            "-sf",
            "-fs",
            "-sS",
            "-q",
            "-qO-",
            "--fail",
            "--silent",
            "--show-error",
            "--spider",
            "-nv",
            "--no-verbose",
            "--tries=1",
            "-sSf",
            "-L",
            "-fSs",
            "--quiet",
        ]
        .contains(&word)
    };
    if !["curl", "wget", "/usr/bin/curl", "/usr/bin/wget"].contains(&words.first()?.as_str()) {
        return None;
    }
    let mut rest = words[1..].iter().filter(|word| !quiet(word));
    let (Some(address), None) = (rest.next(), rest.next()) else { return None };
    let rest = address.strip_prefix("http://")?;
    let (host, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, path.to_owned()));
    let (host, port) = host.split_once(':').unwrap_or((host, "80"));
    if !["localhost", "127.0.0.1", "0.0.0.0"].contains(&host) || path.contains('?') && path.contains('&') {
        return None;
    }
    Some((port.parse().ok()?, format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::http;

    #[test]
    fn plain_checks_over_http_are_asked_by_the_node() {
        let asked = |line: &str| http(&["/bin/sh", "-c", line].map(str::to_owned));
        assert_eq!(
            asked("curl -f http://localhost:3000/health || exit 1"),
            Some((3000, "/health".to_owned()))
        );
        assert_eq!(asked("wget -q --spider http://127.0.0.1"), Some((80, "/".to_owned())));
        for own in [
            "curl http://localhost/a | grep ok",
            "curl https://localhost/",
            "curl http://other/",
            "pg_isready",
            "curl -X POST http://localhost/",
        ] {
            assert_eq!(asked(own), None, "{own}");
        }
    }
}

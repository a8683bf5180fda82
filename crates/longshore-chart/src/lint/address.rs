//! What Helm takes for mail addresses and URLs.
//!
//! The language is that of `govalidator`
//! (<https://github.com/asaskevich/govalidator/blob/a9d515a09cc2/patterns.go>), oddities included: in a
//! quoted name there is a quote before each letter, and nearly any host is one.

use longshore_go::regexp::Regexp;
use longshore_go::url::Url;

/// Letters beyond ASCII, in a class.
const FOREIGN: &str = r"\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";

/// Whether it is a mail address.
pub(super) fn is_email(text: &str) -> bool {
    let word = format!(r"[a-zA-Z\d!#$%&'*+\-/=?^_`{{|}}~{FOREIGN}]+");
    let space = r"(?:(?:[ \t]*\r\n)?[ \t]+)?";
    let inner = format!(
        r"(?:[\x01-\x08\x0B\x0C\x0E-\x1F\x7F!\x23-\x5B\x5D-\x7E{FOREIGN}]|\([\x01-\x09\x0B-\x7F]|[{FOREIGN}])"
    );
    let name = format!(r#"(?:{word}(?:\.{word})*|(?:"{space}{inner})*{space}")"#);
    let label = format!(r"[a-zA-Z\d{FOREIGN}](?:[a-zA-Z\d\-._~{FOREIGN}]*[a-zA-Z\d{FOREIGN}])?");
    let last = format!(r"[a-zA-Z{FOREIGN}](?:[a-zA-Z\d\-_~{FOREIGN}]*[a-zA-Z{FOREIGN}])?");
    matches(&format!(r"^{name}@(?:{label}\.)+{last}\.?$"), text)
}

/// Whether it is a URL of some kind, perhaps without a scheme.
pub(super) fn is_url(text: &str) -> bool {
    const MOST_CHARACTERS: usize = 2083;
    const LEAST_BYTES: usize = 3;
    if text.chars().count() >= MOST_CHARACTERS || text.len() <= LEAST_BYTES || text.starts_with('.') {
        return false;
    }
    // A colon may stand before a port.
    let whole =
        if text.contains(':') && !text.contains("://") { format!("http://{text}") } else { text.to_owned() };
    let Ok(url) = Url::parse(whole.as_bytes()) else { return false };
    if url.host.starts_with(b".") || url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.')
    {
        return false;
    }
    let number = r"(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])";
    let v4 = format!(
        r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(?:\.{number}){{2}}\.(?:[0-9]\d?|1\d\d|2[0-4]\d|25[0-5])"
    );
    // What stands in brackets was read as an address already.
    let v6 = r"\[[0-9a-fA-F:.]+(?:%[0-9a-zA-Z]+)?\]";
    let letter = r"[a-zA-Z\x{A1}-\x{FFFF}0-9]";
    let labels = r"[a-zA-Z0-9][a-zA-Z0-9_\-]*[a-zA-Z0-9](?:[\-.][a-zA-Z0-9]+)*";
    let sub = r"www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+";
    let name = format!(r"(?:{labels}|{sub})?(?:{letter}+-?-?)*{letter}+(?:\.[a-zA-Z\x{{A1}}-\x{{FFFF}}]+)?");
    let pattern = format!(
        r"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\S+@)?(?:{v4}|{v6}|{name})\.?(?::\d{{1,5}})?(?:[/?#]\S*)?$"
    );
    matches(&pattern, text)
}

/// Whether it is an absolute URL, as in a request's first line.
pub(super) fn is_request_url(text: &str) -> bool {
    // A request has no fragments, so that `#` is a character like others.
    let request = text.replace('#', "%23");
    Url::parse(request.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

fn matches(pattern: &str, text: &str) -> bool {
    Regexp::cached(pattern.as_bytes()).is_ok_and(|pattern| pattern.is_match(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{is_email, is_request_url, is_url};

    fn check(is_one: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is_one(text), "{text}");
        }
        for text in bad {
            assert!(!is_one(text), "{text}");
        }
    }

    /// As `helm lint` of 4.3.1 and 3.22.0 takes them.
    #[test]
    fn mail_addresses() {
        check(
            is_email,
            &[
                "a@b.c",
                "a@b.c.",
                "a.b@c.d",
                "a@b1.c2x",
                "ä@b.c",
                "a@ä.de",
                "a+b@c.d",
                "a@b_c.d",
                "{a}@b.c",
                "a/b=c@d.e",
                "\"a\"@b.c",
            ],
            &[
                "a",
                "a@b",
                "a..b@c.d",
                ".a@b.c",
                "a@-b.c",
                "a@b-.c",
                "a@b.1",
                "\"a b\"@c.d",
                "a b@c.d",
                "a@b,c.d",
                "<a@b.c>",
                "a@b@c.d",
                "x@localhost",
            ],
        );
    }

    #[test]
    fn urls() {
        check(
            is_url,
            &[
                "example.com",
                "localhost:80",
                "http://localhost:8080/x",
                "1.2.3.4",
                "user:pw@host.com",
                "http://[::1]:80",
                "https://foo.bar:99999",
                "abcd.e",
            ],
            &[
                "abc",
                ".foo",
                "exam ple.com",
                "http://",
                "http://-a",
                "http://a..b",
                "http://a b",
                "irc://x",
                "@x",
            ],
        );
    }

    #[test]
    fn urls_of_requests() {
        check(
            is_request_url,
            &[
                "http://a",
                "https://a.b/c#d",
                "mailto:a@b",
                "http://",
                "http:a",
                "a:b",
                "oci://a/b",
                "data:image/png;base64,aaa",
            ],
            &[
                "",
                "a",
                "/a",
                "//a",
                "*",
                "git@github.com:a/b.git",
                "http://a b",
                "http://%zz",
                "http://[::1",
                "1http://a",
                "https://a/%",
            ],
        );
    }
}

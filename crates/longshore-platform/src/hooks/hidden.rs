//! Secrets in what a hook prints: hidden as they are, line by line, and as Kubernetes shows them, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The shortest line of a secret, and the shortest secret of somebody else, that is looked for: what is shorter stands in
/// every other word.
const SHORTEST: usize = 6;

/// What is hidden.
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// `own` are secrets that the program was given, `others` those that are known besides.
    pub(super) fn new<'a>(own: impl Iterator<Item = &'a str>, others: &'a [String]) -> Self {
        let others = others.iter().map(String::as_str).filter(|secret| secret.len() >= SHORTEST);
        let mut all: Vec<String> = own.chain(others).flat_map(forms).collect();
        // One that holds another goes first.
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all)
    }

    /// A line of the program without them.
    pub(super) fn in_text(&self, mut text: String) -> String {
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "<hidden>");
            }
        }
        text
    }
}

/// How a secret may stand in a line.
fn forms(secret: &str) -> Vec<String> {
    let secret = secret.trim_end_matches(['\n', '\r']);
    if secret.is_empty() {
        return Vec::new();
    }
    let mut forms = vec![secret.to_owned()];
    if secret.contains('\n') {
        forms.extend(secret.lines().map(|line| line.trim().to_owned()).filter(|line| line.len() >= SHORTEST));
    }
    if secret.len() >= SHORTEST {
        // With the line's end that `echo` and files have, and without. The last group of the one without it is padded.
        for text in [secret.to_owned(), format!("{secret}\n")] {
            forms.push(STANDARD.encode(text));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn secrets_are_hidden_in_every_line_and_form() {
        let key = "-----BEGIN KEY-----\nMIIBVgIBADANBg\n{\n-----END KEY-----\n";
        let hidden = Hidden::new(["s3cr3t", "", "ab", key].into_iter(), &["of-others".into(), "its".into()]);
        let shown = |text: &str| hidden.in_text(text.to_owned());
        for (text, expected) in [
            ("a s3cr3t, s3cr3t", "a <hidden>, <hidden>"),
            ("  MIIBVgIBADANBg", "  <hidden>"),
            ("-----BEGIN KEY-----", "<hidden>"),
            ("czNjcjN0", "<hidden>"),
            ("czNjcjN0Cg==", "<hidden>"),
            ("password: czNjcjN0", "password: <hidden>"),
            ("of-others has its { and ab", "<hidden> has its { and <hidden>"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}

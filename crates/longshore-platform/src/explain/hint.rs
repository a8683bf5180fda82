//! What to do about the mistakes that are made most often, by the words that Go and Helm have for them.

use longshore_diag::nearest;

use super::facts::Fact;

/// The next thing to do about a template that failed in `action`, where `facts` are the values around.
pub(super) fn of_execution(
    message: &str,
    action: &str,
    facts: &[Fact],
    definitions: &dyn Fn() -> Vec<String>,
) -> Option<String> {
    let missing = facts.iter().find(|fact| fact.value.is_none());
    if action.starts_with("fail ") || action.contains("(fail ") || action.contains("| fail") {
        return None; // the chart's author has said it
    }
    if action.contains("required ") {
        return missing.map(set);
    }
    if let Some(rest) = message.strip_prefix("nil pointer evaluating ") {
        let field = rest.rsplit('.').next().unwrap_or(rest);
        return Some(match missing {
            Some(fact) if fact.near.is_some() => set(fact),
            Some(fact) => format!(
                "{}; a template that can do without it asks for `{}`",
                set(fact),
                guarded(&fact.asked)
            ),
            None => {
                format!("what `{field}` is asked of is nothing here: guard it with `with` or `default dict`")
            }
        });
    }
    if let Some(rest) = message.strip_prefix("can't evaluate field ") {
        let (field, kind) = rest.split_once(" in type ").unwrap_or((rest, ""));
        return match facts.iter().find_map(|fact| fact.broken.as_ref()) {
            Some((above, Some(_))) => Some(format!("make `{above}` a map, `{above}: {{{field}: …}}`")),
            _ if kind.contains("chart") || kind.contains("Release") => None,
            _ => Some(format!(
                "`.` is no map with `{field}` here; inside of `range` and `with` the chart's own is `$`, as in `$.Values`"
            )),
        };
    }
    if let Some(name) = between(message, "no template \"", "\" associated") {
        let names = definitions();
        return match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => Some(String::from(
                "no chart here defines it: is a library chart missing in charts/? `longshore helm dependency build` fetches what Chart.yaml lists",
            )),
        };
    }
    let table: [(&str, &str); 13] = [
        (
            "wrong type for value; expected string",
            "the function takes a text: quote the value, or write `| toString` before it (`| toYaml` for maps and lists)",
        ),
        (
            "wrong type for value; expected map",
            "the function takes a map: look at the value, or at what was given as dot",
        ),
        (
            "incompatible types for comparison",
            "numbers of values are floats and never equal an int or a text: compare `(int …)` with 80, or `(… | toString)` with \"80\"",
        ),
        ("range can't iterate over", "`range` takes a list or a map: write the value as one"),
        ("index of untyped nil", "what is indexed is nothing here: set it, or guard it with `with`"),
        ("index out of range", "the list has fewer items: set more of them, or guard the action with `if`"),
        (
            "cannot parse template",
            "the value goes through `tpl`: braces that are no template are written `{{ \"{{\" }}`",
        ),
        ("error during tpl function execution", "the value is a template (`tpl`), and fails itself"),
        ("nested reference name", "the template includes itself, directly or by way of others"),
        ("exceeded maximum", "the template goes on without end, or makes far more than a chart needs"),
        ("the result would exceed", "the template makes far more than a chart needs"),
        ("illegal base64 data", "the value should be base64 already; `| b64enc` makes it so"),
        (
            "wrong number of args for",
            "look at how the function is called: a pipe gives one more argument, the last",
        ),
    ];
    table.iter().find(|(words, _)| message.contains(words)).map(|(_, hint)| (*hint).to_owned())
}

/// Where to set a value that is missing.
fn set(fact: &Fact) -> String {
    let key = &fact.path;
    match &fact.near {
        Some((near, Some(place))) => format!("set `{key}`; there is `{near}` at {place}: was that meant?"),
        Some((near, None)) => format!("set `{key}`; there is `{near}`: was that meant?"),
        None => format!("set `{key}` in a values file of the release or under its `set:`"),
    }
}

/// The value as a template names it that goes on where a part of the path is not set: `((.Values.a).b).c`.
fn guarded(path: &str) -> String {
    let mut keys = path.split('.');
    let first = format!(".Values.{}", keys.next().unwrap_or_default());
    keys.fold(first, |above, key| format!("({above}).{key}"))
}

/// The next thing to do about a template that does not parse.
pub(super) fn of_parsing(
    message: &str,
    line: &str,
    functions: &[&str],
    left_open: &dyn Fn() -> Vec<(String, u32)>,
) -> Option<String> {
    if let Some(name) = between(message, "function \"", "\" not defined") {
        return match nearest(name, functions.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => Some(format!("a value is written `.Values.{name}`, a text `\"{name}\"`")),
        };
    }
    if message.contains("unexpected EOF") || message.contains("unexpected {{end}}") && line.is_empty() {
        return match left_open().last() {
            Some((text, line)) => Some(format!("`{{{{ {text} }}}}` in line {line} has no `{{{{ end }}}}`")),
            None => Some(String::from("an `if`, `range`, `with` or `define` has no `{{ end }}`")),
        };
    }
    let table: [(&str, &str); 6] = [
        ("bad character U+002D '-'", "a key with a dash is written `index .Values \"my-key\"`"),
        (
            "undefined variable",
            "declare it with `:=` before, outside of the `if`, `with` or `range` that ended",
        ),
        ("unclosed action", "the action has no `}}`"),
        ("unexpected {{end}}", "there is an `{{ end }}` too many"),
        ("unexpected {{else}}", "an `{{ else }}` stands outside of `if`, `with` and `range`"),
        ("unterminated quoted string", "the text has no closing quote"),
    ];
    table.iter().find(|(words, _)| message.contains(words)).map(|(_, hint)| (*hint).to_owned())
}

/// The next thing to do about a manifest that is no YAML.
pub(super) fn of_yaml(message: &str) -> Option<String> {
    let table: [(&str, &str); 6] = [
        (
            "mapping values are not allowed",
            "there is a `: ` in the value: quote it, `{{ … | quote }}`; or this line or the one above is indented wrongly, which `| nindent N` mends",
        ),
        (
            "did not find expected",
            "the indentation is off: what an `include` or `toYaml` prints takes `| nindent N` with the column of its parent plus two",
        ),
        (
            "could not find expected ':'",
            "the line is no `key: value`: what is printed over several lines takes `| nindent N`",
        ),
        (
            "cannot start any token",
            "a tab, `@`, `%` or a backtick begins a plain value: quote it, `{{ … | quote }}`",
        ),
        (
            "found unknown escape character",
            "a backslash in double quotes begins an escape: use `squote`, or single quotes",
        ),
        (
            "block sequence entries are not allowed",
            "a list begins on a line of its own: `{{- toYaml … | nindent N }}`",
        ),
    ];
    table.iter().find(|(words, _)| message.contains(words)).map(|(_, hint)| (*hint).to_owned())
}

/// The next thing to do about the chart as a whole.
pub(super) fn of_chart(message: &str) -> Option<String> {
    let is_version = message.contains("incompatible with Kubernetes");
    is_version.then(|| String::from("`longshore render --kube-version VERSION` renders for another version"))
}

fn between<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    let rest = &message[message.find(before)? + before.len()..];
    rest.find(after).map(|end| &rest[..end])
}

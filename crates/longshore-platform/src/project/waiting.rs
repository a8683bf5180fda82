//! `wait:` of the project file and of its environments: how long, what counts as ready, what follows a failure.

mod written;

use std::time::Duration;

use longshore_diag::Diagnostic;
use longshore_object::readiness::{CustomRule, Grace, GraceValue, JsonPath};
use longshore_release::Waiting;
use longshore_yaml::{Kind, Node};

use super::fields::{Fields, expected};
use super::{Placed, suggest};

const WAIT_KEYS: [&str; 7] = [
    "timeout",
    "idleTimeout",
    "rollbackOnFailure",
    "loadBalancerAddress",
    "ingressAddress",
    "grace",
    "readiness",
];
const RULE_KEYS: [&str; 6] = ["kind", "path", "ready", "progressing", "failed", "message"];

/// What stands under `wait:`. What is not set comes from the environment that this one extends, then from the
/// project, then from the defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WaitSpec {
    /// How long each release may take to become ready.
    pub timeout: Option<Duration>,
    /// How long nothing may get on.
    pub idle_timeout: Option<IdleTimeout>,
    /// Whether a deploy that fails is taken back.
    pub rollback_on_failure: Option<bool>,
    /// Whether a Service of type LoadBalancer is ready only with an address.
    pub load_balancer_address: Option<bool>,
    /// Whether an Ingress is ready only with an address.
    pub ingress_address: Option<bool>,
    /// Limits of causes, by the names of [`Grace::NAMES`].
    pub grace: Vec<(String, GraceValue)>,
    /// Readiness rules of the user's own.
    pub readiness: Vec<CustomRule>,
}

/// How long nothing may get on; nothing for as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleTimeout(pub Option<Duration>);

impl WaitSpec {
    /// Takes what is not set here from `base`.
    pub(super) fn inherit(&mut self, base: &Self) {
        self.timeout = self.timeout.or(base.timeout);
        self.idle_timeout = self.idle_timeout.or(base.idle_timeout);
        self.rollback_on_failure = self.rollback_on_failure.or(base.rollback_on_failure);
        self.load_balancer_address = self.load_balancer_address.or(base.load_balancer_address);
        self.ingress_address = self.ingress_address.or(base.ingress_address);
        for (name, value) in &base.grace {
            if self.grace.iter().all(|(own, _)| own != name) {
                self.grace.push((name.clone(), *value));
            }
        }
        // The first rule for a kind counts.
        self.readiness.extend(base.readiness.iter().cloned());
    }

    /// How objects are waited for by it.
    pub fn waiting(&self) -> Waiting {
        let mut waiting = Waiting::default();
        if let Some(idle) = self.idle_timeout {
            waiting.idle = idle.0;
        }
        for (name, value) in &self.grace {
            // Names and values were looked at when they were read.
            waiting.grace.set(name, *value);
        }
        waiting.rules.load_balancer_address = self.load_balancer_address.unwrap_or_default();
        waiting.rules.ingress_address = self.ingress_address.unwrap_or_default();
        waiting.rules.custom = self.readiness.clone().into();
        waiting
    }
}

/// Reads `wait` of a mapping, if it is there.
///
/// # Errors
/// An unknown key or cause, a duration or a path that is none, a rule without a kind, a path or values: each with
/// its line.
pub(super) fn waiting(file: &str, fields: &Fields<'_>) -> Result<WaitSpec, Diagnostic> {
    let Some(node) = fields.get("wait") else { return Ok(WaitSpec::default()) };
    let fields = Fields::read(file, fields.path("wait"), node, &WAIT_KEYS)?;
    let lasting = |key: &str| fields.string(key)?.map(read_duration).transpose();
    let idle = match fields.string("idleTimeout")? {
        Some(text) if text.value == "never" => Some(IdleTimeout(None)),
        Some(text) => Some(IdleTimeout(Some(read_duration(text)?))),
        None => None,
    };
    Ok(WaitSpec {
        timeout: lasting("timeout")?,
        idle_timeout: idle,
        rollback_on_failure: fields.boolean("rollbackOnFailure")?,
        load_balancer_address: fields.boolean("loadBalancerAddress")?,
        ingress_address: fields.boolean("ingressAddress")?,
        grace: grace(file, &fields)?,
        readiness: rules(file, &fields)?,
    })
}

fn read_duration(text: Placed<String>) -> Result<Duration, Diagnostic> {
    duration(&text.value).map_err(|message| Diagnostic::error("project/duration", message).at(text.place))
}

fn grace(file: &str, fields: &Fields<'_>) -> Result<Vec<(String, GraceValue)>, Diagnostic> {
    let Some(node) = fields.get("grace") else { return Ok(Vec::new()) };
    let names = Grace::NAMES.map(|(name, _)| name);
    let inner = Fields::read(file, fields.path("grace"), node, &names)?;
    inner
        .entries()
        .map(|(name, _, _)| {
            let value = if name == "restarts" {
                let restarts = inner.whole(&name, 1..=u32::MAX)?.unwrap_or(1);
                GraceValue::Restarts(i64::from(restarts))
            } else {
                let text = inner.required_string(&name)?;
                let lasting = lasting(&name, &text.value);
                GraceValue::Lasting(
                    lasting
                        .map_err(|message| Diagnostic::error("project/duration", message).at(text.place))?,
                )
            };
            Ok((name, value))
        })
        .collect()
}

fn rules(file: &str, fields: &Fields<'_>) -> Result<Vec<CustomRule>, Diagnostic> {
    let Some(node) = fields.get("readiness") else { return Ok(Vec::new()) };
    if node.kind != Kind::Sequence {
        return Err(expected(&fields.path("readiness"), "a list of rules", node, file));
    }
    node.content.iter().map(|node| rule(file, node)).collect()
}

fn rule(file: &str, node: &Node) -> Result<CustomRule, Diagnostic> {
    let fields = Fields::read(file, "a readiness rule", node, &RULE_KEYS)?;
    let kind = fields.required_string("kind")?;
    let (name, group) = match kind.value.split_once('.') {
        Some((name, group)) => (name.to_owned(), Some(group.to_owned())),
        None => (kind.value.clone(), None),
    };
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) || !name.chars().all(|c| c.is_ascii_alphanumeric())
    {
        let message = format!(
            "`{}` is no kind: write `Kind` or `Kind.group`, as in `Certificate.cert-manager.io`",
            kind.value
        );
        return Err(Diagnostic::error("project/readiness", message).at(kind.place));
    }
    let path = |text: Placed<String>| -> Result<JsonPath, Diagnostic> {
        text.value
            .parse::<JsonPath>()
            .map_err(|error| Diagnostic::error("project/readiness", error.to_string()).at(text.place))
    };
    let values = |key: &str| values(file, &fields, key);
    let rule = CustomRule {
        kind: name,
        group,
        path: path(fields.required_string("path")?)?,
        ready: values("ready")?,
        progressing: values("progressing")?,
        failed: values("failed")?,
        message: fields.string("message")?.map(path).transpose()?,
    };
    if rule.ready.is_empty() {
        let message = format!(
            "the readiness rule for {} has no `ready` values, so that nothing ever would be",
            rule.kind
        );
        return Err(Diagnostic::error("project/readiness", message).at(fields.place()));
    }
    let all = [&rule.ready, &rule.progressing, &rule.failed];
    let twice = rule
        .ready
        .iter()
        .chain(&rule.progressing)
        .find(|value| all.iter().filter(|list| list.contains(value)).count() > 1);
    if let Some(value) = twice {
        let message = format!("`{value}` cannot mean two things in the readiness rule for {}", rule.kind);
        return Err(Diagnostic::error("project/readiness", message).at(fields.place()));
    }
    Ok(rule)
}

/// The values of a rule: texts, numbers and bools, as they are written; one alone is a list of one.
fn values(file: &str, fields: &Fields<'_>, key: &str) -> Result<Vec<String>, Diagnostic> {
    let Some(node) = fields.get(key) else { return Ok(Vec::new()) };
    let one = |node: &Node| match node.kind {
        Kind::Scalar if !node.is_null() => Ok(node.value.to_string()),
        _ => Err(expected(&fields.path(key), "a value or a list of values", node, file)),
    };
    match node.kind {
        Kind::Sequence => node.content.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

/// Reads `90s`, `5m`, `1h30m`: the forms that Helm's `--timeout` takes.
///
/// # Errors
/// A sentence that says how to write one.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; write `90s`, `5m` or `1h30m`");
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        let number: f64 = number.parse().map_err(|_| wrong())?;
        total += number * seconds;
        rest = tail;
    }
    match Duration::try_from_secs_f64(total) {
        Ok(duration) if !text.is_empty() && !duration.is_zero() => Ok(duration),
        _ => Err(format!("`{text}` must be longer than nothing; write `90s`, `5m` or `1h30m`")),
    }
}

/// A limit of a cause as the command line has it: `pull=2m`, `restarts=6`.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn limit(text: &str) -> Result<(String, GraceValue), String> {
    let names = Grace::NAMES.map(|(name, _)| name);
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no limit; write `pull=2m` or `restarts=6`"))?;
    if !names.contains(&name) {
        let error = Diagnostic::error("usage/grace", format!("there is no cause `{name}`"));
        return Err(suggest(error, name, &names).to_string());
    }
    if name == "restarts" {
        let restarts = value.parse::<i64>().ok().filter(|restarts| *restarts >= 1);
        let restarts =
            restarts.ok_or_else(|| format!("`restarts` must be a whole number from 1, not `{value}`"))?;
        return Ok((name.to_owned(), GraceValue::Restarts(restarts)));
    }
    Ok((name.to_owned(), GraceValue::Lasting(lasting(name, value)?)))
}

/// How long a grace lasts. That of nothing but being ready may last no time.
fn lasting(name: &str, text: &str) -> Result<Duration, String> {
    match (name, text) {
        ("settle", "0" | "0s") => Ok(Duration::ZERO),
        _ => duration(text),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use longshore_object::readiness::GraceValue;

    use super::super::parse;
    use super::limit;

    fn file(wait: &str) -> String {
        format!(
            "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\nenvironments:\n  dev: {{namespace: a}}\n  prod: {{extends: dev, wait: {{timeout: 1h, grace: {{pull: 5m}}}}}}\nreleases: {{web: {{manifests: web.yaml}}}}\nwait:\n{wait}"
        )
    }

    #[test]
    fn an_environment_says_what_differs_from_the_project() {
        let text = file(
            "  timeout: 10m\n  idleTimeout: never\n  rollbackOnFailure: true\n  grace: {restarts: 6, pull: 30s}\n  readiness:\n  - {kind: Database.example.com, path: .status.phase, ready: Running, failed: [Error, Lost]}\n",
        );
        let project = parse(&text, "longshore.yaml").unwrap();
        let dev = project.environment(Some("dev")).unwrap().wait;
        let prod = project.environment(Some("prod")).unwrap().wait;
        assert_eq!(
            (dev.timeout, prod.timeout),
            (Some(Duration::from_mins(10)), Some(Duration::from_hours(1)))
        );
        assert_eq!((dev.rollback_on_failure, dev.waiting().idle), (Some(true), None));
        let grace = prod.waiting().grace;
        assert_eq!((grace.restarts, grace.pull), (6, Duration::from_mins(5)));
        assert_eq!(dev.waiting().grace.pull, Duration::from_secs(30));
        let rule = &dev.waiting().rules.custom[0];
        assert_eq!((rule.kind.as_str(), rule.group.as_deref()), ("Database", Some("example.com")));
        assert_eq!((rule.ready.clone(), rule.failed.len()), (vec!["Running".to_owned()], 2));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (wait, expected) in [
            (
                "  timout: 5m\n",
                "longshore.yaml:9:3: unknown key `timout` in `wait` of the project file (did you mean `timeout`?)",
            ),
            ("  timeout: soon\n", "longshore.yaml:9:12: `soon` is no duration; write `90s`, `5m` or `1h30m`"),
            ("  grace: {pul: 5m}\n", "longshore.yaml:9:11: unknown key `pul`"),
            ("  grace: {settle: 0s, pull: 0s}\n", "`0s` must be longer than nothing"),
            ("  grace: {restarts: many}\n", "must be a whole number from 1, not `many`"),
            (
                "  readiness: [{kind: Db, path: '.status[', ready: a}]\n",
                "longshore.yaml:9:32: `.status[` is no JSON path",
            ),
            (
                "  readiness: [{kind: Db, path: .status}]\n",
                "longshore.yaml:9:15: the readiness rule for Db has no `ready` values",
            ),
            ("  readiness: [{kind: db, path: .status, ready: a}]\n", "longshore.yaml:9:22: `db` is no kind"),
            ("  readiness: [{kind: Db, path: .a, ready: [x], failed: [x]}]\n", "`x` cannot mean two things"),
            ("  readiness: [{kind: Db, ready: a}]\n", "longshore.yaml:9:15: a readiness rule has no `path`"),
        ] {
            let told = parse(&file(wait), "longshore.yaml").unwrap_err().to_string();
            assert!(told.contains(expected), "{told}\n{expected}");
        }
    }

    #[test]
    fn limits_of_the_command_line() {
        assert_eq!(limit("pull=2m"), Ok(("pull".to_owned(), GraceValue::Lasting(Duration::from_mins(2)))));
        assert_eq!(limit("restarts=6"), Ok(("restarts".to_owned(), GraceValue::Restarts(6))));
        assert!(limit("pulls=2m").unwrap_err().contains("did you mean `pull`?"));
        assert!(limit("restarts=0").is_err() && limit("pull").is_err() && limit("pull=x").is_err());
    }
}

//! The pod of a service.

use std::collections::BTreeSet;

use longshore_yaml::Node;

use super::{LABEL, readiness};
use crate::compose::environment::Environment;
use crate::compose::ports::Port;
use crate::compose::secrets::{Secrets, named};
use crate::compose::volumes::Volumes;
use crate::compose::words::{seconds, split};
use crate::compose::{Context, resources};
use crate::left::Left;
use crate::tree::{flow, is_true, list, map, place, scalar, texts};

/// A service that becomes a pod.
pub(super) struct Pod<'a> {
    pub(super) context: &'a Context<'a>,
    /// Its name in the Compose file.
    pub(super) service: &'a str,
    /// Its name on the cluster.
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
    pub(super) ports: &'a BTreeSet<Port>,
    pub(super) is_job: bool,
}

impl Pod<'_> {
    fn say(&self, key: &str) -> Option<&str> {
        self.node.get(key).and_then(scalar)
    }

    /// The pod's template. Secrets that command lines name become variables of the container.
    pub(super) fn template(
        &self,
        key: &Node,
        environment: &mut Environment,
        volumes: &Volumes,
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
    ) -> Node {
        let image = if let Some(image) = self.say("image") {
            self.context.hosts(image)
        } else {
            let image = format!("{}-{}:latest", self.context.project, self.name);
            let at = place(self.context.file, self.node.key("build").unwrap_or(key));
            let advice = format!(
                "nothing says what it runs: build it, push it to a registry, and put that in place of `{image}`"
            );
            left.push(Left::new(at, format!("image of service `{}`", self.service), advice));
            image
        };
        let mut container = map([("name", Node::string(self.name)), ("image", Node::string(image))]);
        for (from, to) in [("entrypoint", "command"), ("command", "args")] {
            let Some(value) = self.node.get(from) else { continue };
            let words = scalar(value).map_or_else(|| texts(Some(value)), split);
            if !words.is_empty() {
                let words = words.iter().map(|word| Node::string(in_command(environment, word)));
                container.set(to, list(words));
            }
        }
        if let Some(folder) = self.say("working_dir") {
            container.set("workingDir", Node::string(folder));
        }
        let probe = readiness(self.node, std::borrow::ToOwned::to_owned).map(|mut probe| {
            for_shell(&mut probe, environment);
            probe
        });
        self.variables(&mut container, environment, secrets);
        if !self.ports.is_empty() {
            let ports = self.ports.iter().map(|port| {
                let mut entry = map([
                    ("name", Node::string(port.name())),
                    ("containerPort", Node::int(i64::from(port.number))),
                ]);
                if port.is_udp {
                    entry.set("protocol", Node::string("UDP"));
                }
                flow(entry)
            });
            container.set("ports", list(ports));
        }
        if let Some(probe) = probe.filter(|_| !self.is_job) {
            container.set("readinessProbe", probe);
        }
        if let Some(resources) = resources::read(self.node) {
            container.set("resources", resources);
        }
        if let Some(context) = self.security(left) {
            container.set("securityContext", context);
        }
        if !volumes.mounts.is_empty() {
            container.set("volumeMounts", list(volumes.mounts.iter().cloned()));
        }
        for (from, to) in [("stdin_open", "stdin"), ("tty", "tty")] {
            if is_true(self.node.get(from)) {
                container.set(to, Node::bool(true));
            }
        }
        let mut spec = Node::mapping();
        if self.is_job {
            spec.set("restartPolicy", Node::string("OnFailure"));
        }
        if let Some(seconds) = self.say("stop_grace_period").and_then(seconds) {
            spec.set("terminationGracePeriodSeconds", Node::int(seconds));
        }
        let aliases = self.hosts(left);
        if !aliases.is_empty() {
            spec.set("hostAliases", list(aliases));
        }
        spec.set("containers", list([container]));
        if !volumes.of_pod.is_empty() {
            spec.set("volumes", list(volumes.of_pod.iter().cloned()));
        }
        let labels = flow(map([(LABEL, Node::string(self.name))]));
        map([("metadata", map([("labels", labels)])), ("spec", spec)])
    }

    fn variables(&self, container: &mut Node, environment: &Environment, _: &mut Secrets) {
        let mut from = Vec::new();
        let reference = |kind: &str, name: String| map([(kind, flow(map([("name", Node::string(name))])))]);
        if !environment.files.is_empty() {
            from.push(reference("configMapRef", format!("{}-env", self.name)));
        }
        if !environment.secret.is_empty() {
            from.push(reference("secretRef", format!("{}-env-secret", self.name)));
        }
        if !from.is_empty() {
            container.set("envFrom", list(from));
        }
        if !environment.open.is_empty() {
            let all = environment
                .open
                .iter()
                .map(|(key, value)| map([("name", Node::string(&**key)), ("value", quoted(value))]));
            container.set("env", list(all));
        }
    }

    /// Who it runs as and what it may do.
    fn security(&self, left: &mut Vec<Left>) -> Option<Node> {
        let mut node = Node::mapping();
        if let Some(user) = self.say("user") {
            let (user, group) =
                user.split_once(':').map_or((user, None), |(user, group)| (user, Some(group)));
            let numbers = (user.parse::<i64>().ok(), group.map(str::parse::<i64>));
            match numbers {
                (Some(user), None) => node.set("runAsUser", Node::int(user)),
                (Some(user), Some(Ok(group))) => {
                    node.set("runAsUser", Node::int(user));
                    node.set("runAsGroup", Node::int(group));
                }
                _ if user == "root" && group.is_none_or(|group| group == "root") => {
                    node.set("runAsUser", Node::int(0));
                }
                _ => {
                    let at = place(self.context.file, self.node.key("user").unwrap_or(self.node));
                    let advice = "a name; a cluster takes numbers: write `runAsUser` with the one that the image gives it";
                    left.push(Left::new(at, format!("`user` of service `{}`", self.service), advice));
                }
            }
        }
        if is_true(self.node.get("read_only")) {
            node.set("readOnlyRootFilesystem", Node::bool(true));
        }
        let mut capabilities = Node::mapping();
        for (from, to) in [("cap_add", "add"), ("cap_drop", "drop")] {
            let all = texts(self.node.get(from));
            if !all.is_empty() {
                let all = all.iter().map(|name| Node::string(name.strip_prefix("CAP_").unwrap_or(name)));
                capabilities.set(to, flow(list(all)));
            }
        }
        if !capabilities.content.is_empty() {
            node.set("capabilities", capabilities);
        }
        if texts(self.node.get("security_opt"))
            .iter()
            .any(|option| option.replace('=', ":").starts_with("no-new-privileges:true"))
        {
            node.set("allowPrivilegeEscalation", Node::bool(false));
        }
        (!node.content.is_empty()).then_some(node)
    }

    /// `extra_hosts` with addresses.
    fn hosts(&self, left: &mut Vec<Left>) -> Vec<Node> {
        let Some(given) = self.node.get("extra_hosts") else { return Vec::new() };
        let mut pairs: Vec<(String, String)> = Vec::new();
        if given.is_mapping() {
            pairs.extend(
                given
                    .entries()
                    .filter_map(|(key, value)| Some((key.value.to_string(), scalar(value)?.to_owned()))),
            );
        } else {
            let split = |text: &str| {
                text.split_once(['=', ':']).map(|(host, address)| (host.to_owned(), address.to_owned()))
            };
            pairs.extend(given.items().iter().filter_map(|item| split(scalar(item)?)));
        }
        let mut all = Vec::new();
        for (host, address) in pairs {
            if address.parse::<std::net::IpAddr>().is_err() {
                let advice = "its address is not known on a cluster; it was left out";
                left.push(Left::new(
                    place(self.context.file, given),
                    format!("host `{host}` of service `{}`", self.service),
                    advice,
                ));
                continue;
            }
            let names = flow(list([Node::string(host)]));
            all.push(map([("ip", Node::string(address)), ("hostnames", names)]));
        }
        all
    }
}

/// The text of a variable, always a text: `1` and `true` are none by themselves.
fn quoted(value: &str) -> Node {
    Node::string(value)
}

/// A word of a command line in which secrets are variables of the container: `$(DB_PASSWORD)`.
fn in_command(environment: &mut Environment, word: &str) -> String {
    with_variables(environment, word, |variable| format!("$({variable})"))
}

fn with_variables(environment: &mut Environment, word: &str, write: impl Fn(&str) -> String) -> String {
    let mut out = word.to_owned();
    for name in named(word) {
        let stands = format!("${{secret.{name}}}");
        let known = environment.secret.iter().find(|(_, text)| *text == stands).map(|(key, _)| key.clone());
        let variable = known.unwrap_or_else(|| {
            let variable = name.to_ascii_uppercase().replace('-', "_");
            environment.secret.push((variable.clone(), stands.clone()));
            variable
        });
        out = out.replace(&stands, &write(&variable));
    }
    out
}

/// Secrets in a probe's command line, which only a shell can read from its variables.
fn for_shell(probe: &mut Node, environment: &mut Environment) {
    let Some(command) = probe.get_mut("exec").and_then(|exec| exec.get_mut("command")) else { return };
    let is_shell = command.items().first().and_then(scalar) == Some("/bin/sh");
    let has_secrets = command.items().iter().filter_map(scalar).any(|word| !named(word).is_empty());
    if has_secrets && !is_shell {
        let words: Vec<String> = command
            .items()
            .iter()
            .filter_map(scalar)
            .map(|word| format!("\"{}\"", word.replace('"', "\\\"")))
            .collect();
        *command = flow(list(
            ["/bin/sh", "-c"].map(Node::string).into_iter().chain([Node::string(words.join(" "))]),
        ));
    }
    for word in &mut command.content {
        let text = word.value.to_string();
        *word = Node::string(with_variables(environment, &text, |variable| format!("${variable}")));
    }
}

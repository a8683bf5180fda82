//! Progress of an operation: a live view on a terminal, plain lines everywhere else, and for programs (`-o json`) the
//! lines of JSON that `status --watch -o json` has.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use longshore_cluster::Cluster;
use longshore_diag::counted;
use longshore_object::ObjectKey;
use longshore_object::readiness::is_awaited;
use longshore_operate::{Live, Scope};
use longshore_release::{Done, Event, Observer};

use crate::live::{self, Screen};
use crate::printer::{Paint, Printer};
use crate::view::Changed;

/// Tells a person what happens, as it happens.
pub(crate) struct Progress {
    printer: Printer,
    live: Option<MultiProgress>,
    /// The picture that takes the place of the bars once it is known what is deployed.
    screen: Mutex<Option<Arc<Mutex<Screen>>>>,
    state: Mutex<BTreeMap<String, ReleaseView>>,
}

/// A panic while drawing must not hide the end of a deploy.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is shown of one release.
#[derive(Default)]
struct ReleaseView {
    bar: Option<ProgressBar>,
    /// Objects being waited for, with how far they are.
    waiting: BTreeMap<ObjectKey, (String, bool)>,
    counts: BTreeMap<Done, usize>,
}

impl Progress {
    /// A live view if the printer shows progress, else plain lines.
    pub(crate) fn new(printer: &Printer) -> Self {
        let live =
            printer.shows_progress().then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Self { printer: printer.clone(), live, screen: Mutex::default(), state: Mutex::default() }
    }

    /// Shows releases and their objects as a live tree, where progress is drawn at all and one namespace holds them;
    /// never comes back.
    pub(crate) async fn show(&self, cluster: &Cluster, scope: Option<Scope>) -> Infallible {
        if let Some(scope) = scope.filter(|_| self.live.is_some()) {
            let screen = Screen::new(Box::new(std::io::stderr()), self.printer.colours_on_stderr());
            let screen = Arc::new(Mutex::new(screen));
            *held(&self.screen) = Some(Arc::clone(&screen));
            live::show(Live::new(cluster, scope), live::Shown::Screen(screen, &self.printer)).await;
        }
        std::future::pending().await
    }

    /// Ends the live view; what was said stays on the screen.
    pub(crate) fn finish(&self) {
        if let Some(screen) = held(&self.screen).take() {
            held(&screen).finish();
        }
        for view in self.state().values_mut() {
            if let Some(bar) = view.bar.take() {
                bar.finish_and_clear();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, BTreeMap<String, ReleaseView>> {
        held(&self.state)
    }

    fn say(&self, line: &str) {
        self.above(|| self.printer.say(line));
    }

    /// Has something written above what is drawn.
    fn above(&self, write: impl FnOnce()) {
        let screen = held(&self.screen).clone();
        match (screen, &self.live) {
            (Some(screen), _) => held(&screen).above(write),
            (None, Some(live)) => live.suspend(write),
            (None, None) => write(),
        }
    }

    fn line(&self, release: &str, text: &str) {
        self.say(&format!("{} {text}", self.printer.paint_err(Paint::Bold, release)));
    }

    /// The spinner's text of a release that is being waited for.
    fn draw(&self, release: &str, view: &mut ReleaseView) {
        let Some(live) = self.live.as_ref().filter(|_| held(&self.screen).is_none()) else { return };
        let bar = view.bar.get_or_insert_with(|| {
            let bar = live.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let ready = view.waiting.values().filter(|(_, ready)| *ready).count();
        let open: Vec<String> = view
            .waiting
            .iter()
            .filter(|(_, (_, ready))| !ready)
            .take(3)
            .map(|(key, (message, _))| format!("{key}: {message}"))
            .collect();
        let text = if view.waiting.is_empty() {
            let applied: usize = view.counts.values().sum();
            format!("{release}: {} applied", counted(applied, "object"))
        } else {
            format!("{release}: {ready} of {} ready; {}", view.waiting.len(), open.join("; "))
        };
        bar.set_message(text);
    }

    fn object(&self, release: &str, key: &ObjectKey, done: Done) {
        let paint = match done {
            Done::Created => Paint::Good,
            Done::Configured => Paint::Changed,
            Done::Deleted => Paint::Bad,
            Done::Unchanged | Done::Kept => Paint::Dim,
        };
        self.line(release, &self.printer.paint_err(paint, &format!("{key} {}", done.as_str())));
    }
}

/// What an event is for programs; nothing for what is told in another way or is no news.
fn changed(release: &str, event: &Event) -> Option<Changed> {
    let (key, state, message) = match event {
        Event::Started(what) => (None, "progressing", what.clone()),
        Event::Object { done: Done::Unchanged, .. } | Event::Warning(_) => return None,
        Event::Said(line) => (None, "progressing", line.clone()),
        Event::Object { key, done } => {
            let state = match done {
                Done::Deleted => "gone",
                // What is waited for tells by itself when it is there.
                Done::Created | Done::Configured if is_awaited(&key.group, &key.kind) => "progressing",
                _ => "ready",
            };
            (Some(key), state, done.as_str().to_owned())
        }
        Event::Hook { key, event, succeeded } => match succeeded {
            None => (Some(key), "progressing", format!("{event} hook begins")),
            Some(true) => (Some(key), "ready", format!("{event} hook succeeded")),
            Some(false) => (Some(key), "failed", format!("{event} hook failed")),
        },
        Event::Waiting(count) => {
            (None, "progressing", format!("waiting for {} to be ready", counted(*count, "object")))
        }
        Event::Progress { key, message, ready } => {
            (Some(key), if *ready { "ready" } else { "progressing" }, message.clone())
        }
        Event::Finished(how) => (None, "ready", how.clone()),
    };
    Some(Changed::now(release, key.map(ToString::to_string), state, message))
}

impl Observer for Progress {
    fn observe(&self, release: &str, event: &Event) {
        if self.printer.tells_programs() {
            match (event, changed(release, event)) {
                (Event::Warning(warning), _) => self.printer.remark(warning),
                (_, Some(changed)) => self.printer.event(&changed),
                (_, None) => {}
            }
            return;
        }
        let mut state = self.state();
        let view = state.entry(release.to_owned()).or_default();
        match event {
            Event::Started(what) => self.line(release, what),
            Event::Object { key, done } => {
                *view.counts.entry(*done).or_default() += 1;
                view.waiting.remove(key);
                if *done != Done::Unchanged {
                    self.object(release, key, *done);
                }
                self.draw(release, view);
            }
            Event::Hook { key, event, succeeded } => {
                let how = match succeeded {
                    None => "begins",
                    Some(true) => "succeeded",
                    Some(false) => "failed",
                };
                self.line(release, &format!("{event} hook {key} {how}"));
            }
            Event::Said(line) => self.line(release, &format!("| {line}")),
            Event::Waiting(count) => {
                view.waiting.clear();
                if self.live.is_none() {
                    self.line(release, &format!("waiting for {} to be ready", counted(*count, "object")));
                }
            }
            Event::Progress { key, message, ready } => {
                let new = (message.clone(), *ready);
                if view.waiting.get(key) != Some(&new) {
                    view.waiting.insert(key.clone(), new);
                    if self.live.is_none() {
                        self.line(release, &format!("{key}: {message}"));
                    }
                }
                self.draw(release, view);
            }
            Event::Warning(warning) => self.above(|| self.printer.remark(warning)),
            Event::Finished(how) => {
                if let Some(bar) = view.bar.take() {
                    bar.finish_and_clear();
                }
                self.line(release, &self.printer.paint_err(Paint::Good, how));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use longshore_object::ObjectKey;
    use longshore_release::{Done, Event};

    use super::changed;

    #[test]
    fn events_are_told_to_programs_in_the_words_of_the_live_tree() {
        let key = |group: &str, kind: &str| ObjectKey {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: "web".to_owned(),
        };
        let (web, settings) = (key("apps", "Deployment"), key("", "ConfigMap"));
        let hook =
            |succeeded| Event::Hook { key: key("batch", "Job"), event: "pre-install".to_owned(), succeeded };
        let object = |key: &ObjectKey, done| Event::Object { key: key.clone(), done };
        for (event, expected) in [
            (Event::Started("installing".to_owned()), r#""state":"progressing","message":"installing"}"#),
            (
                object(&web, Done::Created),
                r#""object":"Deployment/web","state":"progressing","message":"created"}"#,
            ),
            (
                object(&settings, Done::Configured),
                r#""object":"ConfigMap/web","state":"ready","message":"configured"}"#,
            ),
            (object(&web, Done::Deleted), r#""object":"Deployment/web","state":"gone","message":"deleted"}"#),
            (object(&settings, Done::Kept), r#""object":"ConfigMap/web","state":"ready","message":"kept"}"#),
            (hook(None), r#""object":"Job/web","state":"progressing","message":"pre-install hook begins"}"#),
            (
                hook(Some(false)),
                r#""object":"Job/web","state":"failed","message":"pre-install hook failed"}"#,
            ),
            (Event::Waiting(2), r#""state":"progressing","message":"waiting for 2 objects to be ready"}"#),
            (
                Event::Progress { key: web.clone(), message: "ready".to_owned(), ready: true },
                r#""object":"Deployment/web","state":"ready","message":"ready"}"#,
            ),
            (Event::Finished("deployed".to_owned()), r#""state":"ready","message":"deployed"}"#),
        ] {
            let line = serde_json::to_string(&changed("shop", &event).unwrap()).unwrap();
            assert!(line.starts_with("{\"time\":\"") && line.contains(r#""release":"shop","#), "{line}");
            assert!(line.ends_with(expected), "{line}");
        }
        assert_eq!(changed("shop", &object(&web, Done::Unchanged)), None);
    }
}

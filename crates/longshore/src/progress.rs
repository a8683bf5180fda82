//! Progress of an operation: a live view on a terminal, plain lines everywhere else.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use longshore_cluster::Cluster;
use longshore_object::ObjectKey;
use longshore_operate::{Live, Scope};
use longshore_release::{Done, Event, Observer};

use crate::live::{self, Screen};
use crate::printer::{Paint, Printer};

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

    /// Shows releases and their objects as a live tree, where progress is drawn at all; never comes back.
    pub(crate) async fn show(&self, cluster: &Cluster, scope: Scope) -> Infallible {
        if self.live.is_some() {
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
            format!("{release}: {applied} objects applied")
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

impl Observer for Progress {
    fn observe(&self, release: &str, event: &Event) {
        let mut state = self.state();
        let view = state.entry(release.to_owned()).or_default();
        match event {
            Event::Started(what) => self.line(release, what),
            Event::Object { key, done } => {
                *view.counts.entry(*done).or_default() += 1;
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
            Event::Waiting(count) => {
                view.waiting.clear();
                if self.live.is_none() {
                    self.line(release, &format!("waiting for {count} objects to be ready"));
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

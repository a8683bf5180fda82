//! The objects of a release, and where in its sources a line of them was written.

use longshore_chart::{Origin, Origins, Rendered};
use longshore_check::Finding;
use longshore_diag::{Diagnostic, Place};
use longshore_object::{Object, parse_manifests};

use crate::charts::{self, Opened};
use crate::places::ValuesPlaces;
use crate::project::{Method, ReleaseSpec};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::source::{Known, SystemRandom};
use crate::warn::Found;
use crate::{kustomize, manifests};

/// Values that are named with a finding.
const VALUES: usize = 3;

/// What a release is made to.
pub(super) struct Made {
    pub(super) objects: Vec<Object>,
    /// Of a chart: for each object the document that it stands in.
    documents: Vec<Option<Document>>,
}

/// A rendered document.
struct Document {
    path: String,
    text: String,
}

impl Made {
    /// Renders a release; with it comes what looks like a mistake in how it is made.
    ///
    /// # Errors
    /// It cannot be rendered.
    pub(super) fn new(
        selection: &Selection,
        spec: &ReleaseSpec,
        options: &RenderOptions,
    ) -> Result<(Self, Option<Found>), Diagnostic> {
        match selection.method(spec)? {
            Method::Manifests => {
                let candidate = manifests::candidate(selection, spec, &Known::default(), &mut SystemRandom)?;
                Ok((Self { objects: candidate.objects, documents: Vec::new() }, None))
            }
            Method::Kustomize => {
                let (candidate, found) = kustomize::offline(selection, spec, options)?;
                Ok((Self { objects: candidate.objects, documents: Vec::new() }, Some(found)))
            }
            Method::Helm => {
                let (rendered, found) = charts::offline(selection, spec, options)?;
                Ok((Self::of_chart(&rendered)?, Some(found)))
            }
        }
    }

    /// The definitions, objects and hooks of a chart.
    fn of_chart(rendered: &Rendered) -> Result<Self, Diagnostic> {
        let mut objects = charts::definitions(rendered)?;
        let mut documents: Vec<Option<Document>> = objects.iter().map(|_| None).collect();
        let texts = rendered.manifests.iter().map(|manifest| (&manifest.path, &manifest.content));
        let hooks = rendered.hooks.iter().map(|hook| (&hook.path, &hook.manifest));
        for (path, text) in texts.chain(hooks) {
            for object in parse_manifests(text, path)? {
                objects.push(object);
                documents.push(Some(Document { path: path.clone(), text: text.clone() }));
            }
        }
        Ok(Self { objects, documents })
    }

    /// The objects that belong to the release alone, by their numbers: neither definitions in a chart's `crds/`, which
    /// are nobody's, nor hooks, which come and go.
    pub(super) fn owned(&self) -> impl Iterator<Item = (usize, &Object)> {
        let is_owned = |number: &usize, object: &Object| match self.documents.get(*number) {
            None => true,
            Some(None) => false,
            Some(Some(_)) => object.annotation("helm.sh/hook").is_none(),
        };
        self.objects.iter().enumerate().filter(move |(number, object)| is_owned(number, object))
    }

    /// The findings of a release, each at the place in its sources that wrote the line.
    pub(super) fn placed<'f>(
        &self,
        selection: &Selection,
        spec: &ReleaseSpec,
        options: &RenderOptions,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> Vec<Diagnostic> {
        let mut findings = findings.peekable();
        // Only a chart has documents, and tracing it is worth the time only where there is something to tell.
        if self.documents.is_empty() || findings.peek().is_none() {
            return findings.map(|finding| finding.diagnostic.clone()).collect();
        }
        let traced = Opened::new(selection, spec)
            .and_then(|opened| Ok((opened.traced(selection, spec, options)?, opened)));
        let Ok(((rendered, origins), opened)) = traced else {
            // It was rendered a moment ago; without a trace the template is known all the same.
            return findings.map(|finding| finding.diagnostic.clone()).collect();
        };
        let tracer =
            Tracer { values: ValuesPlaces::new(spec, &opened, &rendered.chart), origins, opened: &opened };
        // A chart that draws a password renders otherwise each time: its lines are those of the traced render.
        let again =
            Self::of_chart(&rendered).ok().filter(|again| again.documents.len() == self.documents.len());
        let documents = again.as_ref().map_or(&self.documents, |again| &again.documents);
        findings
            .map(|finding| match documents.get(finding.object) {
                Some(Some(document)) => tracer.of_document(finding.diagnostic.clone(), document),
                _ => tracer.of_file(finding.diagnostic.clone()),
            })
            .collect()
    }
}

struct Tracer<'a> {
    opened: &'a Opened,
    origins: Origins,
    values: ValuesPlaces,
}

impl Tracer<'_> {
    /// A finding in a file that is taken as it is.
    fn of_file(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some(place) = &mut diagnostic.place {
            self.opened.openable(place);
        }
        diagnostic
    }

    /// A finding in what a template has printed.
    fn of_document(&self, mut diagnostic: Diagnostic, document: &Document) -> Diagnostic {
        let line = diagnostic.place.as_ref().map_or(0, |place| place.line as usize);
        let origins = self.origins.of(&document.path, &document.text);
        // An empty line, or one that only ends something, was written where the one before was.
        let origin = origins.into_iter().take(line.max(1)).rev().flatten().next();
        let Some(origin) = origin else {
            let mut place = Place::file(&document.path);
            self.opened.openable(&mut place);
            diagnostic.place = Some(place);
            return diagnostic;
        };
        for note in self.notes(&document.path, &origin) {
            diagnostic = diagnostic.note(note);
        }
        let mut place = origin.place;
        self.opened.openable(&mut place);
        diagnostic.place = Some(place);
        for mut call in origin.calls.into_iter().rev() {
            self.opened.openable(&mut call);
            diagnostic = diagnostic.within("called", Some(call));
        }
        diagnostic
    }

    /// The values that the line was made of, and where they were set.
    fn notes(&self, template: &str, origin: &Origin) -> Vec<String> {
        let mut notes = Vec::new();
        for keys in origin.actions.iter().flat_map(longshore_chart::Action::values) {
            let path = keys.join(".");
            let Some(mut place) = self.values.find(template, &keys) else { continue };
            self.opened.openable(&mut place);
            let note = format!("`{path}` is set at {place}");
            if !notes.contains(&note) && notes.len() < VALUES {
                notes.push(note);
            }
        }
        notes
    }
}

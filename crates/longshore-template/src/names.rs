//! Templates by name.

use std::sync::Arc;

use longshore_go::Str;

use crate::index::Index;
use crate::template::Template;

/// Templates in the order in which their names first came, and an index by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    templates: Vec<Arc<Template>>,
    index: Index,
}

impl Names {
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Arc<Template>> {
        self.templates.get(self.place(name)?)
    }

    /// Adds a template, in place of one that has the name.
    pub(crate) fn insert(&mut self, template: Arc<Template>) {
        if let Some(place) = self.place(&template.name) {
            self.templates[place] = template;
            return;
        }
        self.templates.push(template);
        self.index.push(self.templates.len() - 1, |place| &self.templates[place].name);
    }

    /// The names, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Str> {
        self.templates.iter().map(|template| &template.name)
    }

    fn place(&self, name: &[u8]) -> Option<usize> {
        self.index.find(name, |place| &self.templates[place].name)
    }
}

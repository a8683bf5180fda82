//! The resources of a build, in the order in which they were found.
//!
//! Kustomize looks through all of them for each that it adds, renames or refers to. Here ids are hashed: what is looked up
//! is indexed first, in time linear in the number of resources.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/resmap/reswrangler.go>.

use indexmap::IndexMap;

use crate::error::{Error, HERE};
use crate::finding;
use crate::id::{Id, Key};
use crate::resource::{Behavior, Resource};
use crate::scope::Scopes;

/// Which resources have an id, by their place.
type Index = IndexMap<Key, Vec<u32>>;

/// A list of resources with indexes by id.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    list: Vec<Resource>,
    /// By what they are known by now; made when it is needed, gone when anything may have changed.
    by_id: Option<Index>,
    /// By what they are or were known by.
    by_any_id: Option<Index>,
}

impl Resources {
    /// The resources, in order.
    pub fn list(&self) -> &[Resource] {
        &self.list
    }

    /// The resources, to be changed in any way.
    pub fn list_mut(&mut self) -> &mut Vec<Resource> {
        self.by_id = None;
        self.by_any_id = None;
        &mut self.list
    }

    /// The resources themselves.
    pub fn into_list(self) -> Vec<Resource> {
        self.list
    }

    /// Puts resources into an empty list without looking at their ids.
    pub fn of(list: Vec<Resource>) -> Self {
        Self { list, by_id: None, by_any_id: None }
    }

    /// Those of a list of which no two have the same id.
    ///
    /// # Errors
    /// Two have.
    pub fn distinct(list: Vec<Resource>, scopes: &Scopes) -> Result<Self, Error> {
        let mut resources = Self::default();
        list.into_iter().try_for_each(|resource| resources.append(resource, scopes))?;
        Ok(resources)
    }

    /// Notes a variable that takes its value from a resource, whose id it does not change.
    pub fn note_var(&mut self, place: usize, name: &str) {
        if let Some(resource) = self.list.get_mut(place) {
            resource.add_var(name);
        }
    }

    /// Changes one resource. The indexes stay if what it is and was known by stays.
    ///
    /// # Errors
    /// What `change` says.
    pub fn change(
        &mut self,
        place: usize,
        scopes: &Scopes,
        change: impl FnOnce(&mut Resource) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(resource) = self.list.get_mut(place) else { return Ok(()) };
        let before = (resource.id(scopes), resource.past_ids());
        change(resource).map_err(|error| error.about(HERE, resource))?;
        if resource.is_empty() || before != (resource.id(scopes), resource.past_ids()) {
            self.by_id = None;
            self.by_any_id = None;
        }
        Ok(())
    }

    /// Refuses two resources with the same id.
    ///
    /// # Errors
    /// There are such.
    pub fn check_ids(&mut self, scopes: &Scopes) -> Result<(), Error> {
        if self.by_id.is_some() {
            // Nothing has changed since they were found to be different.
            return Ok(());
        }
        let index = by_id(&self.list, scopes);
        let second = index.values().filter_map(|places| places.get(1)).min();
        if let Some(second) = second.map(|&at| &self.list[at as usize]) {
            let id = second.id(scopes);
            let first = self.list.iter().find(|first| first.id(scopes).is_same(&id));
            return Err(twice(&id, first, second));
        }
        self.by_id = Some(index);
        Ok(())
    }

    /// Drops what has been deleted.
    pub fn drop_empty(&mut self) {
        if self.list.iter().any(Resource::is_empty) {
            self.list_mut().retain(|resource| !resource.is_empty());
        }
    }

    /// Adds a resource at the end.
    ///
    /// # Errors
    /// There is one with its id.
    pub fn append(&mut self, resource: Resource, scopes: &Scopes) -> Result<(), Error> {
        let id = resource.id(scopes);
        let index = self.by_id.get_or_insert_with(|| by_id(&self.list, scopes));
        let place = self.list.len() as u32;
        let places = index.entry(id.key()).or_default();
        if !places.is_empty() {
            let first = places.first().and_then(|at| self.list.get(*at as usize));
            return Err(twice(&id, first, &resource));
        }
        places.push(place);
        if let Some(index) = &mut self.by_any_id {
            add_any_ids(index, place, &resource, scopes);
        }
        self.list.push(resource);
        Ok(())
    }

    /// Adds all resources of another list.
    ///
    /// # Errors
    /// As [`Resources::append`].
    pub fn append_all(&mut self, other: Self, scopes: &Scopes) -> Result<(), Error> {
        if self.list.is_empty() && other.by_id.is_some() {
            // They were found to be different when they came together.
            *self = other;
            return Ok(());
        }
        other.list.into_iter().try_for_each(|resource| self.append(resource, scopes))
    }

    /// Adds resources that were generated: each at the end, or in place of or merged into the one that is or was known by
    /// its id.
    ///
    /// # Errors
    /// What its behavior does not allow, and ids that several resources have.
    pub fn absorb(&mut self, generated: Vec<Resource>, scopes: &Scopes) -> Result<(), Error> {
        for resource in generated {
            self.absorb_one(resource, scopes)?;
        }
        Ok(())
    }

    fn absorb_one(&mut self, mut resource: Resource, scopes: &Scopes) -> Result<(), Error> {
        let id = resource.id(scopes);
        let behavior = resource.behavior();
        let index = self.by_any_id.get_or_insert_with(|| by_any_id(&self.list, scopes));
        let places = index.get(&id.key()).map_or(&[][..], |places| places);
        let place = match (places, behavior) {
            ([], Behavior::Merge | Behavior::Replace) => {
                let error =
                    Error::new(format!("id {} does not exist; cannot merge or replace", go_syntax(&id)));
                return Err(error.hint(finding::of_names(&id.gvk.kind, &id.name, &self.list)));
            }
            ([], _) => return self.append(resource, scopes),
            ([place], Behavior::Merge | Behavior::Replace) => *place as usize,
            ([place], _) => {
                return Err(Error::new(format!(
                    "id {} exists; can not use behavior: '{}', behavior must be merge or replace",
                    go_syntax(&id),
                    behavior.text()
                ))
                .about("the one that is there", &self.list[*place as usize]));
            }
            (places, _) => {
                let found = places.iter().filter_map(|place| self.list.get(*place as usize));
                let found: Vec<String> = found.map(crate::output::json_text).collect();
                let found = found.join(" ");
                return Err(Error::new(format!(
                    "found multiple objects [{found}] that could accept merge of {id}"
                )));
            }
        };
        let old = &self.list[place];
        if behavior == Behavior::Merge {
            let origin = old.annotation(crate::resource::annotations::ORIGIN);
            resource.take_metadata_from(old);
            crate::generate::merge_data(&mut resource, old);
            if let Some(origin) = origin {
                resource.set_annotation(crate::resource::annotations::ORIGIN, &origin);
            }
        } else {
            resource.take_metadata_from(old);
        }
        // The old name, namespace and past were taken over: what the indexes say is still true, if the kind is the same.
        if old.kind() == resource.kind() && old.id(scopes) == resource.id(scopes) {
            self.list[place] = resource;
        } else {
            self.list_mut()[place] = resource;
        }
        Ok(())
    }

    /// The places of the resources that are or were known by this id, in order.
    pub fn with_any_id(&mut self, id: &Id, scopes: &Scopes) -> &[u32] {
        let index = self.by_any_id.get_or_insert_with(|| by_any_id(&self.list, scopes));
        index.get(&id.key()).map_or(&[], |places| places)
    }
}

/// The refusal of a second resource with an id.
fn twice(id: &Id, first: Option<&Resource>, second: &Resource) -> Error {
    let error = Error::new(format!("may not add resource with an already registered id: {id}"));
    let error = first.into_iter().fold(error, |error, first| error.about("the first one", first));
    error.about("the second one", second)
}

/// As Go prints the struct with `%#v`.
fn go_syntax(id: &Id) -> String {
    let gvk = &id.gvk;
    format!(
        "resid.ResId{{Gvk:resid.Gvk{{Group:{:?}, Version:{:?}, Kind:{:?}, isClusterScoped:{}}}, Name:{:?}, Namespace:{:?}}}",
        gvk.group, gvk.version, gvk.kind, gvk.is_cluster_scoped, id.name, id.written_namespace
    )
}

fn by_id(list: &[Resource], scopes: &Scopes) -> Index {
    let mut index = Index::with_capacity(list.len());
    for (place, resource) in list.iter().enumerate().filter(|(_, resource)| !resource.is_empty()) {
        index.entry(resource.id(scopes).key()).or_default().push(place as u32);
    }
    index
}

fn by_any_id(list: &[Resource], scopes: &Scopes) -> Index {
    let mut index = Index::with_capacity(list.len());
    for (place, resource) in list.iter().enumerate() {
        add_any_ids(&mut index, place as u32, resource, scopes);
    }
    index
}

fn add_any_ids(index: &mut Index, place: u32, resource: &Resource, scopes: &Scopes) {
    if resource.is_empty() {
        return;
    }
    for id in resource.past_ids().iter().chain([&resource.id(scopes)]) {
        let places = index.entry(id.key()).or_default();
        if places.last() != Some(&place) {
            places.push(place);
        }
    }
}

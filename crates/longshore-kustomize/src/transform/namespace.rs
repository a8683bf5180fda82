//! The namespace of resources.
//!
//! Everything gets it that is not known to live outside of namespaces, Namespaces of the core group are renamed, and of
//! the subjects of bindings those get it that the mode says.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/namespace/namespace.go>.

use indexmap::IndexMap;
use longshore_yaml::{Kind, Node};

use crate::error::{Context, Error, HERE};
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::id::Key;
use crate::resource::{Resource, annotations};
use crate::scope::Scopes;

/// Which subjects of bindings get the namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// Those with the name `default`.
    #[default]
    DefaultOnly,
    /// All of kind `ServiceAccount`.
    AllServiceAccounts,
    /// None.
    None,
}

impl Subjects {
    /// From the text in a configuration.
    ///
    /// # Errors
    /// It is none of the three.
    pub fn of(text: &str) -> Result<Self, Error> {
        match text {
            "" | "defaultOnly" => Ok(Self::DefaultOnly),
            "allServiceAccounts" => Ok(Self::AllServiceAccounts),
            "none" => Ok(Self::None),
            _ => Err(Error::new(format!(
                "invalid value {text:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \
                 \"allServiceAccounts\""
            ))),
        }
    }
}

/// What to set, and how.
#[derive(Clone, Debug, Default)]
pub struct Namespace<'t> {
    /// The namespace.
    pub name: &'t str,
    /// The fields besides `metadata.namespace`.
    pub specs: &'t [FieldSpec],
    /// Only where there is none.
    pub unset_only: bool,
    /// Which subjects of bindings get it.
    pub subjects: Subjects,
}

impl Namespace<'_> {
    /// Sets it on all resources but those that charts made.
    ///
    /// # Errors
    /// Two resources have the same id then, or a field is no scalar.
    pub fn apply(&self, resources: &mut [Resource], scopes: &Scopes) -> Result<(), Error> {
        if self.name.is_empty() {
            return Ok(());
        }
        // How many have an id at the time: resources before this one have been changed, those behind have not.
        let mut known: IndexMap<Key, u32> = IndexMap::with_capacity(resources.len());
        for resource in resources.iter() {
            *known.entry(resource.id(scopes).key()).or_default() += 1;
        }
        for at in 0..resources.len() {
            let resource = &mut resources[at];
            if resource.is_empty()
                || resource.annotation(annotations::HELM_GENERATED).is_some_and(|v| v == "true")
            {
                continue;
            }
            let before = resource.id(scopes).key();
            resource.store_id(scopes);
            self.set(resource.node_mut(), scopes).map_err(|error| error.about(HERE, resource))?;
            resource.settle();
            let id = resource.id(scopes);
            if let Some(count) = known.get_mut(&before) {
                *count -= 1;
            }
            let count = known.entry(id.key()).or_default();
            *count += 1;
            if *count > 1 {
                let same = resources.iter().filter(|other| other.id(scopes).is_same(&id));
                let same: Vec<String> = same.map(crate::output::json_text).collect();
                let text = format!("namespace transformation produces ID conflict: [{}]", same.join(" "));
                let same = resources.iter().filter(|other| other.id(scopes).is_same(&id));
                return Err(same
                    .take(2)
                    .fold(Error::new(text), |error, other| error.about("one of the two", other)));
            }
        }
        Ok(())
    }

    /// Sets it on one object.
    ///
    /// # Errors
    /// A field is no scalar, or something in its way is neither a mapping nor a list.
    pub fn set(&self, object: &mut Node, scopes: &Scopes) -> Result<(), Error> {
        let api_version = field::text(object, "apiVersion");
        let kind = field::text(object, "kind");
        if !scopes.is_cluster_scoped(&api_version, &kind) {
            let spec = FieldSpec::of_all("metadata/namespace", true);
            spec.apply(object, Some((Kind::Scalar, "")), &mut |node| self.set_field(node))?;
        }
        let is_binding = kind == "RoleBinding" || kind == "ClusterRoleBinding";
        if is_binding {
            self.set_on_subjects(object)?;
        }
        for spec in self.specs {
            let is_done = spec.path == "metadata/namespace"
                || (spec.path == "metadata/name" && api_version != "v1")
                || (is_binding
                    && spec.path == "subjects/namespace"
                    && (spec.kind == "RoleBinding" || spec.kind == "ClusterRoleBinding"));
            if is_done {
                continue;
            }
            let done = spec.apply(object, Some((Kind::Scalar, "!!str")), &mut |node| self.set_field(node));
            done.map_err(|error| match error.node_kind() {
                Some(kind) if kind != Kind::Scalar => {
                    error.wrapped("namespace field specs must target scalar nodes")
                }
                _ => error.wrapped("namespace transformation failed"),
            })?;
        }
        Ok(())
    }

    fn set_on_subjects(&self, object: &mut Node) -> Result<(), Error> {
        let (name, wanted) = match self.subjects {
            Subjects::None => return Ok(()),
            Subjects::DefaultOnly => ("name", "default"),
            Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = field::get_mut(object, "subjects").filter(|subjects| !field::is_null(subjects))
        else {
            return Ok(());
        };
        let place = || String::from("setting namespace on (cluster)role binding subjects");
        field::expect(subjects, Kind::Sequence).context(place)?;
        for subject in &mut subjects.content {
            let look = || format!("looking up {name} on (cluster)role binding subject");
            field::expect(subject, Kind::Mapping).context(look).context(place)?;
            let Some(found) = field::get(subject, name).filter(|found| !field::is_null(found)) else {
                continue;
            };
            field::expect(found, Kind::Scalar).context(look).context(place)?;
            if found.value != wanted {
                continue;
            }
            if let Some(field) = field::get_or_create(subject, "namespace", Kind::Scalar).context(place)? {
                self.set_field(field).context(place)?;
            }
        }
        Ok(())
    }

    fn set_field(&self, node: &mut Node) -> Result<(), Error> {
        let is_set = !field::is_null(node) && node.kind == Kind::Scalar && !node.value.is_empty();
        if self.unset_only && is_set {
            return Ok(());
        }
        let mut value = Node::string(self.name);
        field::quote_if_keyword(&mut value);
        field::set_scalar(node, value)
    }
}

//! A file that holds one frozen plan, or those of several clusters with what each release waits for on the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use longshore_diag::{Diagnostic, Place, nearest};
use longshore_release::ReleaseError;
use longshore_secrets::Identity;
use serde::{Deserialize, Serialize};

use super::file::{self, File, broken};
use super::{Frozen, digest, frozen, thaw};
use crate::fleet::{Fleet, Node};
use crate::kustomize::Kustomizations;
use crate::plan::Planned;
use crate::project::API_VERSION;
use crate::selection::Selection;

/// The `kind` of a file with several plans.
pub(super) const LIST: &str = "PlanList";

/// The file of several plans.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    api_version: String,
    kind: String,
    /// To how many clusters is deployed at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_once: Option<usize>,
    /// What waits for something on another cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    needs: Vec<Need>,
    items: Vec<File>,
}

/// A release that waits for others on other clusters.
#[derive(Debug, Serialize, Deserialize)]
struct Need {
    #[serde(flatten)]
    release: OnCluster,
    needs: Vec<OnCluster>,
}

/// A release on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OnCluster {
    cluster: String,
    release: String,
}

/// What was read from a file: at least one plan.
#[derive(Debug)]
pub struct FrozenFile {
    plans: Vec<Frozen>,
    needs: Vec<Need>,
    at_once: Option<usize>,
}

impl FrozenFile {
    /// Reads a file; `name` is its name, for messages.
    ///
    /// # Errors
    /// It holds no frozen plan, or one of another version of Longshore.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self, Diagnostic> {
        let digest = digest(bytes);
        let list = if file::kind(bytes, name)? == LIST {
            file::parse::<List>(bytes, name)?
        } else {
            let items = vec![file::parse::<File>(bytes, name)?];
            List { api_version: String::new(), kind: String::new(), at_once: None, needs: Vec::new(), items }
        };
        let plans = list.items.into_iter().map(|file| Frozen::of(file, name, &digest));
        let plans = plans.collect::<Result<Vec<_>, _>>()?;
        let clusters: Vec<&str> = plans.iter().map(Frozen::cluster).collect();
        let is_twice = (1..clusters.len()).any(|at| clusters[..at].contains(&clusters[at]));
        if plans.is_empty() || is_twice {
            return Err(broken(
                name,
                "the plan is damaged: it has no plan, or two for one cluster".to_owned(),
            ));
        }
        Ok(Self { plans, needs: list.needs, at_once: list.at_once })
    }

    /// Its plans: one for each cluster.
    pub fn plans(&self) -> &[Frozen] {
        &self.plans
    }

    /// Leaves plans of other clusters out; without names all stay.
    ///
    /// # Errors
    /// A name is none of its clusters'.
    pub fn only(&mut self, clusters: &[String]) -> Result<(), Diagnostic> {
        let known: Vec<&str> = self.plans.iter().map(Frozen::cluster).collect();
        if let Some(name) = clusters.iter().find(|name| !known.contains(&name.as_str())) {
            let error =
                Diagnostic::error("plan/unknown-cluster", format!("the plan is for no cluster `{name}`"))
                    .at(Place::file(self.plans.first().map_or("", Frozen::name)));
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("it is for {}", known.join(", "))),
            });
        }
        self.plans.retain(|plan| clusters.is_empty() || clusters.iter().any(|name| name == plan.cluster()));
        Ok(())
    }

    /// The selections that its plans are about; no project file is needed for them.
    ///
    /// # Errors
    /// A context is named, and there are several clusters.
    pub fn selections(
        &self,
        context: Option<&str>,
        kustomizations: &Arc<dyn Kustomizations>,
    ) -> Result<Vec<Selection>, Diagnostic> {
        if let ([first, _, ..], Some(_)) = (&self.plans[..], context) {
            let message = "the plan is for several clusters: one context is not enough";
            return Err(Diagnostic::error("project/which-cluster", message)
                .at(Place::file(first.name()))
                .hint("choose a cluster with --cluster as well"));
        }
        let selection = |plan: &Frozen| {
            plan.selection(context.map(str::to_owned), self.at_once, Arc::clone(kustomizations))
        };
        Ok(self.plans.iter().map(selection).collect())
    }

    /// What each release waits for on other clusters, by the places of the plans.
    fn order(&self) -> BTreeMap<Node, Vec<Node>> {
        let node = |on: &OnCluster| {
            let at = self.plans.iter().position(|plan| plan.cluster() == on.cluster)?;
            Some((at, on.release.clone()))
        };
        let ordered = self
            .needs
            .iter()
            .filter_map(|need| Some((node(&need.release)?, need.needs.iter().filter_map(node).collect())));
        ordered.collect()
    }
}

impl Fleet {
    /// The bytes of a file that [`Fleet::thaw`] carries out. The sessions must have been made to freeze
    /// ([`crate::Behaviour::freezes`]).
    ///
    /// # Errors
    /// As of [`super::freeze()`], of all clusters.
    pub async fn freeze(&self, planned: &[Planned]) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let freezing = self.sessions().iter().zip(planned).map(|(session, planned)| frozen(session, planned));
        let items = self.all(join_all(freezing).await)?;
        let on = |(at, release): &Node| OnCluster {
            cluster: self.sessions().get(*at).map_or("", |session| session.cluster_name()).to_owned(),
            release: release.clone(),
        };
        let order = self.needs().map_err(|error| vec![error])?;
        let needs = order.iter().filter(|(_, needs)| !needs.is_empty());
        let list = List {
            api_version: API_VERSION.to_owned(),
            kind: LIST.to_owned(),
            at_once: self.at_once(),
            needs: needs
                .map(|(release, needs)| Need { release: on(release), needs: needs.iter().map(on).collect() })
                .collect(),
            items,
        };
        file::write(&list).map_err(|error| vec![error])
    }

    /// Makes the plans of a file ready to be carried out, as [`super::thaw()`] does: tries them again, and checks that
    /// none is stale. The sessions must be made with the file's selections.
    ///
    /// # Errors
    /// Those of all clusters whose plan cannot be carried out.
    pub async fn thaw(
        self,
        file: &FrozenFile,
        identities: &[Identity],
    ) -> Result<(Self, Vec<Planned>), Vec<Diagnostic>> {
        let thawing =
            self.sessions().iter().zip(file.plans()).map(|(session, plan)| thaw(session, plan, identities));
        let planned: Vec<Result<Planned, ReleaseError>> = join_all(thawing).await;
        let planned = self.all(planned)?;
        Ok((self.in_order(file.order()), planned))
    }
}

//! The project file, environments, plan, and order across releases.
//!
//! A [`Platform`] is a project file and its folder; a [`Selection`] is the part of it that a command is
//! about; a [`Session`] puts a selection on a cluster. From there: [`plan()`], [`deploy()`], [`status()`],
//! [`history()`], [`compare()`], [`plan_rollback`], [`plan_destroy`] and [`destroy()`]. [`render()`] needs no cluster.
//! A plan can be frozen ([`freeze()`]) and carried out later ([`thaw()`]). A [`Fleet`] is one session for each cluster
//! of an environment.

mod charts;
mod check;
mod compare;
mod deploy;
mod destroy;
mod explain;
mod fleet;
mod frozen;
mod generate;
mod history;
mod hooks;
mod inventory;
mod keys;
mod kustomize;
mod locked;
mod manifests;
mod outputs;
mod pinned;
mod places;
mod plan;
mod platform;
mod preflight;
pub mod project;
mod render;
mod rollback;
mod secrets;
mod selection;
mod session;
mod set_image;
mod shared;
mod side_by_side;
mod source;
mod spaces;
mod status;
mod synthetic;
mod trace;
mod undo;
mod update;
mod values;
mod vendor;
mod warn;
mod world;
mod yaml;

pub use charts::{OpenError, open_chart};
pub use check::{CheckOptions, Checked, check, rule};
pub use compare::{Comparison, ObjectDifference, ObjectPresence, compare};
pub use deploy::{Deployed, DeployedRelease, deploy};
pub use destroy::{Removal, Removed, destroy, plan_destroy};
pub use fleet::{ClusterDeployed, Fleet, FleetDeployed};
pub use frozen::{Frozen, FrozenFile, Made, freeze, thaw};
pub use generate::Random;
pub use history::{Revision, history};
pub use inventory::{GoneEnvironment, Reason, RemovedRelease, Unlisted, has_leftovers};
pub use kustomize::{ChartsAs, Kustomizations};
pub use plan::{Planned, PlatformPlan, plan};
pub use platform::Platform;
pub use render::{RenderOptions, Rendered, render};
pub use rollback::plan_rollback;
pub use secrets::{Identities, Opens};
pub use selection::{Choice, Selection};
pub use session::{Actor, Behaviour, CREATED_FOR, Session};
pub use set_image::plan_set_image;
pub use status::{
    CronJobStatus, EventStatus, HostLine, IngressStatus, LastJob, ObjectStatus, PlatformDrift,
    PlatformStatus, PodStatus, ReleaseDrift, ReleaseStatus, ServiceStatus, drift, status,
};
pub use trace::{LineAction, LineObject, LineOrigin, LineValue, TracedLine, trace};
pub use update::{
    BaseChange, ChartChange, FileChange, ImageChange, RenderedChange, RenderedObject, Update,
    takes_from_elsewhere, update,
};
pub use values::{ExplainedValue, OutputOrigin, ReleaseValues, ValueSetting, explain_value, release_values};
pub use vendor::{Vendored, vendor};
pub use world::{Told, World};
pub use yaml::to_yaml;

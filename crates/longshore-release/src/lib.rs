//! The life of a release: records, hooks, install, upgrade, rollback, uninstall.
//!
//! A release is a Helm release, whatever it was rendered from (design decision 1): its records are
//! Helm's, its objects carry Helm's marks, and the field manager is Helm's, so that `helm list`,
//! `history`, `rollback` and `uninstall` of the real tool work on it. On top stands what Helm lacks: a
//! plan by server-side dry run ([`prepare()`]), an order by what needs what, a holder on pending records
//! so that anything may be interrupted at any time ([`deploy()`]), and removal that spares data
//! ([`uninstall()`]). Beside it stands Helm's own way of doing things ([`helm`]), for the drop-in.
//!
//! The crate does not know where a [`Candidate`] was rendered from, nor what a project file is.

mod apply;
mod around;
mod basis;
mod candidate;
mod claim;
mod contest;
mod context;
mod data;
mod deploy;
mod diff;
mod drift;
mod error;
mod event;
mod fault;
mod field;
pub mod helm;
mod hold;
mod hooks;
mod listed;
mod managed;
mod mask;
mod ownership;
mod permissions;
mod plan;
mod prepare;
mod prior;
mod quantity;
mod quota;
pub mod record;
mod records;
mod remarks;
mod removal;
mod rollback;
mod set_image;
mod store;
mod takeover;
mod uninstall;
mod wait;
mod work;

pub use apply::Todo;
pub use around::{Around, Moment, Nothing, remove_objects, run_objects};
pub use basis::Basis;
pub use candidate::Candidate;
pub use claim::Claim;
pub use context::{Clock, Context, FIELD_MANAGER, Force, HeldRecords, ReleaseId, SystemClock, Waiting};
pub use deploy::deploy;
pub use diff::{FieldChange, HIDDEN, diff};
pub use drift::{
    Author, Cause, Deployed, DriftState, FieldDrift, IgnoreRule, ObjectDrift, Writer, drift, strays,
};
pub use error::ReleaseError;
pub use event::{Done, Event, Observer, Silent};
pub use fault::{FaultPoint, Faults, NoFaults};
pub use hold::{HOLD_TERM, holder};
pub use listed::{Listed, listed};
pub use longshore_object::secrecy::is_sensitive;
pub use mask::Mask;
pub use permissions::{missing_permissions, permission_problem};
pub use plan::{
    ConflictOutcome, FieldConflict, ObjectAction, ObjectChange, ReleaseAction, ReleasePlan, Verified,
};
pub use prepare::{
    Brought, DEPLOY_LABEL, ENVIRONMENT_LABEL, Intent, PLATFORM_LABEL, Pending, Premises, Prepared, Snapshot,
    prepare, prepare_in,
};
pub use prior::{Prior, objects};
pub use quota::{Demand, quota_warnings};
pub use records::{Memory, Records, RecordsError, Sql};
pub use removal::until_gone;
pub use rollback::rollback_candidate;
pub use set_image::{ImageTarget, SetImage, images, set_image_candidate, with_images};
pub use store::{Store, Stored};
pub use uninstall::{Uninstall, prepare_uninstall, uninstall};

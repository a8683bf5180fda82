//! The named points at which a deploy can be made to stop, for tests: every step that leaves something behind.
//!
//! A command may be killed at any instruction (design decision 5). What the next command finds depends only on
//! which writes were carried out, so there is a point before the first write and one after each kind of write;
//! killing at each of them is killing everywhere. [`FaultPoint::ALL`] is the list that tests go through.

use std::fmt;

use futures::future::BoxFuture;

/// A point in the life of a deploy, a rollback or a removal, in the order in which they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultPoint {
    /// Planned; nothing is written.
    Planned,
    /// What an earlier command left pending is recorded as failed.
    Settled,
    /// The record is there that says what is about to happen, and nothing else.
    PendingWritten,
    /// A definition of the chart's `crds/` was applied.
    DefinitionApplied,
    /// A hook's object is there, and has not ended.
    HookCreated,
    /// A hook has ended; the record does not say so.
    HookEnded,
    /// The record says how the hooks of an event ended.
    HooksRecorded,
    /// An object that stood in the way of its new self was deleted.
    RecreatedDeleted,
    /// An object was applied, others perhaps not.
    ObjectApplied,
    /// All objects were applied.
    AllApplied,
    /// An object that the release no longer names was deleted.
    ObjectDeleted,
    /// Everything is ready.
    Ready,
    /// An earlier revision is recorded as superseded, the new one still as pending.
    Superseded,
    /// The new revision is recorded as deployed, or a removal as complete.
    Ended,
    /// A revision beyond the limit of the history was deleted.
    Pruned,
    /// One of the records of a release that was removed was deleted.
    RecordDeleted,
}

impl FaultPoint {
    /// Every point.
    pub const ALL: [Self; 16] = [
        Self::Planned,
        Self::Settled,
        Self::PendingWritten,
        Self::DefinitionApplied,
        Self::HookCreated,
        Self::HookEnded,
        Self::HooksRecorded,
        Self::RecreatedDeleted,
        Self::ObjectApplied,
        Self::AllApplied,
        Self::ObjectDeleted,
        Self::Ready,
        Self::Superseded,
        Self::Ended,
        Self::Pruned,
        Self::RecordDeleted,
    ];

    /// The name: `pending-written`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Settled => "settled",
            Self::PendingWritten => "pending-written",
            Self::DefinitionApplied => "definition-applied",
            Self::HookCreated => "hook-created",
            Self::HookEnded => "hook-ended",
            Self::HooksRecorded => "hooks-recorded",
            Self::RecreatedDeleted => "recreated-deleted",
            Self::ObjectApplied => "object-applied",
            Self::AllApplied => "all-applied",
            Self::ObjectDeleted => "object-deleted",
            Self::Ready => "ready",
            Self::Superseded => "superseded",
            Self::Ended => "ended",
            Self::Pruned => "pruned",
            Self::RecordDeleted => "record-deleted",
        }
    }

    /// The point of that name.
    ///
    /// ```
    /// use longshore_release::FaultPoint;
    /// assert!(FaultPoint::ALL.iter().all(|point| FaultPoint::named(point.name()) == Some(*point)));
    /// assert_eq!(FaultPoint::named("nowhere"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.name() == name)
    }
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Is told at each point, and decides when it goes on.
pub trait Faults: Send + Sync + fmt::Debug {
    /// `release` has come to `point`. The work goes on when the future ends; it may never.
    fn reached(&self, release: &str, point: FaultPoint) -> BoxFuture<'_, ()>;
}

/// Nothing ever happens: what every program uses that is no test.
#[derive(Debug, Clone, Copy)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn reached(&self, _release: &str, _point: FaultPoint) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

//! Operating what runs: which pods are a release's, what they write, commands in them, connections to them.
//!
//! It works on releases as their records name them ([`Scope`]), and on live pods, which it watches. What belongs to a
//! release is told from the pods alone ([`Scope::owner`]), so that a pod is known in the moment in which it appears.
//!
//! - [`follow`] and [`merged`]: the logs of all pods, as they come or in the order of their times.
//! - [`Live`]: releases, objects, ReplicaSets and pods as a tree that is kept up to date.
//! - [`pick`]: the pod for a command or a connection, and the port of a Service as that pod has it.

mod live;
mod logs;
mod pick;
mod pod;
mod scope;
mod tree;

pub use live::{Live, LiveChange};
pub use logs::{Filter, Follow, LogEvent, Merged, Source, Which, follow, merged};
pub use pick::{Picked, Picker, container_of, pick, port_of};
pub use pod::{ContainerState, PodState};
pub use scope::{Owner, Scope, Target};
pub use tree::{Health, Node};

//! What functions cannot know by themselves: the time, randomness, the cluster.

use longshore_go::Value;

/// The world outside a render, as far as template functions may see it.
///
/// A render is a pure function of its inputs and of what this gives.
pub trait Services {
    /// Fills `buffer` with random bytes fit for keys and passwords.
    fn random(&self, buffer: &mut [u8]);

    /// The object that `lookup` asks for, or the list of them if `name` is empty.
    ///
    /// Without a cluster the answer is always an empty map, and so it is for an object that does not
    /// exist. An error aborts the render.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        let _ = (api_version, kind, namespace, name);
        Ok(Value::Map(longshore_go::Map::new()))
    }

    /// An address of the host, for `getHostByName`; empty unless look-ups are allowed.
    fn host_by_name(&self, name: &str) -> String {
        let _ = name;
        String::new()
    }

    /// Whether charts are only being checked: `required` and `fail` then stop nothing.
    fn is_lint(&self) -> bool {
        false
    }
}

//! Where charts come from, and what their templates see of the world: the trait through which a build inflates them.

use longshore_chart::{Chart, Level, Services};

use crate::error::Error;

/// A chart that is not there and is to be fetched, as `helm pull --untar` is told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pull<'a> {
    /// The chart's name.
    pub name: &'a str,
    /// The address of its repository: of `http`, `https`, or `oci`.
    pub repo: &'a str,
    /// The version; any if it is empty.
    pub version: &'a str,
    /// Versions of development too.
    pub devel: bool,
    /// The folder that the chart's folder goes into, absolute.
    pub folder: &'a str,
    /// Where Helm's settings are (`configHome`), if the kustomization says it.
    pub config_home: &'a str,
}

/// What a build needs to inflate charts. They are rendered here, by [`longshore_chart`]; no program is run.
pub trait Charts {
    /// Which Helm to be.
    fn level(&self) -> Level;

    /// The namespace of releases that name none.
    fn namespace(&self) -> String;

    /// Time, randomness, and what else a chart may ask for.
    fn services(&self) -> &dyn Services;

    /// The chart that is meant by what would be fetched, if something outside of the kustomization says which one that is:
    /// then it is not looked for in a folder, and not fetched.
    ///
    /// # Errors
    /// It cannot be had, or is not what is meant.
    fn locked(&self, pull: &Pull<'_>) -> Result<Option<Chart>, Error> {
        let _ = pull;
        Ok(None)
    }

    /// The chart in a folder.
    ///
    /// # Errors
    /// It is no chart, in Helm's words.
    fn open(&self, folder: &str) -> Result<Chart, Error>;

    /// Fetches a chart, and unpacks it into a folder of its name.
    ///
    /// # Errors
    /// It cannot be had, in Helm's words.
    fn pull(&self, pull: &Pull<'_>) -> Result<(), Error>;
}

//! The revisions of the releases: when, who, what became of them.

use longshore_release::{DEPLOY_LABEL, ReleaseError, Stored};
use serde::Serialize;

use crate::plan::shown;
use crate::session::{Session, VARS};

/// One revision of one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Its namespace, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The release.
    pub release: String,
    /// The revision.
    pub revision: u32,
    /// When it was deployed (RFC 3339).
    pub updated: String,
    /// What became of it.
    pub status: String,
    /// `name-version` of its chart.
    pub chart: String,
    /// The chart's `appVersion`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    /// `Install complete`, `Rollback to 2`.
    pub description: String,
    /// Who deployed it, where the record still says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// From which commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// In which pipeline run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_run: Option<String>,
    /// The plan that it carried out: `sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Who had made that plan, where it was frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<String>,
    /// Variables that were given on the command line, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vars: Option<serde_json::Value>,
    /// The deploy that wrote it; revisions of one deploy share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<String>,
}

impl Revision {
    /// What its release is called where it is shown.
    pub fn shown(&self) -> String {
        shown(self.namespace.as_ref(), &self.release)
    }
}

/// The revisions of the selected releases, oldest first, in the order of deploying.
pub async fn history(session: &Session) -> Result<Vec<Revision>, ReleaseError> {
    let mut revisions = Vec::new();
    for release in session.selection.releases() {
        let namespace = session.selection.told_namespace(&release.name);
        let history = session.store_of(&release.name).history(&release.name).await?;
        let told = |stored| Revision { namespace: namespace.clone(), ..revision(stored) };
        revisions.extend(history.iter().map(told));
    }
    Ok(revisions)
}

pub(crate) fn revision(stored: &Stored) -> Revision {
    let release = &stored.release;
    let annotation = |name: &str| stored.annotations.get(&format!("longshore.dev/{name}")).cloned();
    Revision {
        namespace: None,
        release: release.name.clone(),
        revision: release.revision,
        updated: release.info.last_deployed.as_str().to_owned(),
        status: release.info.status.to_string(),
        chart: release.chart_name_version(),
        app_version: release.app_version().to_owned(),
        description: release.info.description.clone(),
        by: annotation("deployed-by"),
        commit: annotation("commit"),
        pipeline_run: annotation("pipeline-run"),
        plan: annotation("plan"),
        planned_by: annotation("planned-by"),
        vars: annotation(VARS).and_then(|text| serde_json::from_str(&text).ok()),
        deploy: release.labels.get(DEPLOY_LABEL).cloned(),
    }
}

//! `IAMPolicyGenerator`: a ServiceAccount that stands for an account of Google's cloud.

use crate::decode::decode_struct;
use crate::error::Error;
use crate::resource::{Resource, read};

/// Which account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IamPolicy {
    cloud: String,
    service: Service,
    account: Account,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Service {
    name: String,
    namespace: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Account {
    name: String,
    project_id: String,
}

decode_struct!(IamPolicy as "types.IAMPolicyGeneratorArgs" {
    "cloud" => cloud, "kubernetesService" => service, "serviceAccount" => account,
});
decode_struct!(Service as "types.KubernetesService" { "name" => name, "namespace" => namespace });
decode_struct!(Account as "types.ServiceAccount" { "name" => name, "projectId" => project_id });

impl IamPolicy {
    /// Makes the ServiceAccount.
    ///
    /// # Errors
    /// The cloud is another one, or what was said is no YAML where it stands.
    pub fn generate(&self) -> Result<Resource, Error> {
        if self.cloud != "gke" {
            return Err(Error::new(format!("cloud provider {} not supported yet", self.cloud)));
        }
        let mut text = format!(
            "\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    iam.gke.io/gcp-service-account: \
             {}@{}.iam.gserviceaccount.com\n  name: {}\n",
            self.account.name, self.account.project_id, self.service.name
        );
        if !self.service.namespace.is_empty() {
            text.push_str("\n  namespace: ");
            text.push_str(&self.service.namespace);
        }
        read(text.as_bytes())?.pop().ok_or_else(|| Error::new("EOF"))
    }
}

//! The Kubernetes API: kubeconfig, discovery, apply, watch, readiness.

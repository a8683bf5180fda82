//! Kubernetes objects: ordered trees that know the file and line they came from, and what is known of kinds.

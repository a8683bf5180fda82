//! The files of a chart to begin with, in the order in which they are written.

/// Paths below the chart, and what stands in them; the chart's name takes the place of its placeholder.
pub(super) const FILES: [(&str, &str); 12] = [
    ("Chart.yaml", include_str!("scaffold/Chart.yaml")),
    ("values.yaml", include_str!("scaffold/values.yaml")),
    (".helmignore", include_str!("scaffold/helmignore")),
    ("templates/ingress.yaml", include_str!("scaffold/ingress.yaml")),
    ("templates/httproute.yaml", include_str!("scaffold/httproute.yaml")),
    ("templates/deployment.yaml", include_str!("scaffold/deployment.yaml")),
    ("templates/service.yaml", include_str!("scaffold/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("scaffold/serviceaccount.yaml")),
    ("templates/hpa.yaml", include_str!("scaffold/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("scaffold/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("scaffold/_helpers.tpl")),
    ("templates/tests/test-connection.yaml", include_str!("scaffold/test-connection.yaml")),
];

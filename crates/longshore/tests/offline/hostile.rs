//! Charts made to hurt, on both command lines: each is refused with a clear error, or does no harm.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use longshore_testkit::Project;

use crate::longshore;

const METADATA: &str = "{apiVersion: v2, name: bad, version: 1.0.0}";

/// A chart's archive at `bad.tgz`; names are taken as they are, and a text of `-> PATH` makes a link.
fn archive(project: &Project, files: &[(&str, Vec<u8>)]) {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let metadata = ("bad/Chart.yaml", METADATA.as_bytes().to_vec());
    for (name, content) in std::iter::once(&metadata).chain(files) {
        let mut header = tar::Header::new_gnu();
        let link = content.strip_prefix(b"-> ");
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        if let Some(to) = link {
            header.set_entry_type(tar::EntryType::Symlink);
            header.as_old_mut().linkname[..to.len()].copy_from_slice(to);
        }
        let content: &[u8] = if link.is_some() { b"" } else { content };
        let is_bomb = content == b"100 MiB and more";
        header.set_size(if is_bomb { 101 << 20 } else { content.len() as u64 });
        header.set_cksum();
        tar.append(&header, content).unwrap();
    }
    let bytes = tar.into_inner().unwrap().finish().unwrap();
    fs::File::create(project.file("bad.tgz")).unwrap().write_all(&bytes).unwrap();
}

/// A project with a release made from `chart`.
fn project(chart: &str, files: &str) -> Project {
    Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: bad
        environments: {{dev: {{namespace: bad}}}}
        defaultEnvironment: dev
        releases: {{web: {{chart: {chart}}}}}
        {files}"
    ))
    .unwrap()
}

/// What both command lines say of a chart that they refuse.
#[track_caller]
fn refused(project: &Project, chart: &str, words: &str) {
    // Of an archive Helm says no more, and ours as Helm says only that.
    let helms = if chart == "chart" { words } else { "unable to load chart archive" };
    let both = [
        (longshore(project, "render"), words),
        (longshore(project, &format!("helm template web {chart}")), helms),
    ];
    for (outcome, words) in both {
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome}");
        assert!(outcome.stderr.contains(words), "no {words:?} in {outcome}");
    }
}

fn template(text: &str) -> Project {
    let text = format!("//- chart/Chart.yaml\n{METADATA}\n//- chart/templates/t.yaml\n{text}\n");
    project("chart", &text)
}

/// That real bombs are refused is tested beside the unpacking, with smaller ones; this one only says how large it is.
#[test]
fn a_bomb_in_an_archive() {
    let project = project("bad.tgz", "");
    archive(&project, &[("bad/zeros", b"100 MiB and more".to_vec())]);
    refused(&project, "bad.tgz", "decompressed chart is larger than the maximum size 104857600");
}

#[test]
fn paths_that_lead_out_of_an_archive() {
    let project = project("bad.tgz", "");
    for (name, words) in [
        ("bad/../../evil.yaml", "illegally references parent directory"),
        ("bad/..", "illegally references parent directory"),
        ("bad/c:/evil.yaml", "illegally named files"),
    ] {
        archive(&project, &[(name, b"x: 1".to_vec())]);
        refused(&project, "bad.tgz", words);
    }
}

#[test]
fn a_link_in_an_archive_is_not_followed() {
    let project = project("bad.tgz", "");
    let secret = project.file("secret");
    fs::write(&secret, "hunter2: 1").unwrap();
    let link = format!("-> {}", secret.display());
    archive(&project, &[("bad/templates/x.yaml", link.into_bytes())]);
    for outcome in [longshore(&project, "render"), longshore(&project, "helm template web bad.tgz")] {
        assert!(!format!("{outcome}").contains("hunter2"), "{outcome}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_a_chart_is_refused_and_helm_follows_it() {
    let project = template("a: 1");
    fs::write(project.file("secret"), "hunter2: 1\n").unwrap();
    std::os::unix::fs::symlink("../../secret", project.file("chart/templates/x.yaml")).unwrap();
    let outcome = longshore(&project, "render");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome}");
    let words = "error[chart/link]: `templates/x.yaml` is a link that leads out of the chart, to ";
    assert!(outcome.stderr.contains(words), "{outcome}");
    let helm = longshore(&project, "helm template web chart");
    assert!(helm.code == Some(0) && helm.stdout.contains("hunter2"), "{helm}");
    // One that stays inside does no harm.
    fs::remove_file(project.file("chart/templates/x.yaml")).unwrap();
    std::os::unix::fs::symlink("t.yaml", project.file("chart/templates/x.yaml")).unwrap();
    assert_eq!(longshore(&project, "render").code, Some(0));
}

#[test]
fn templates_that_make_too_much_or_never_end() {
    let one = |text: &str, words: &str| {
        let outcome = longshore(&template(text), "render");
        assert!(outcome.stderr.contains("hint: "), "{outcome}");
        refused(&template(text), "chart", words);
    };
    one("{{ repeat 1000000000 \"x\" }}", "the result would exceed 16 MiB");
    one(
        "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}",
        "rendering template has a nested reference name: x",
    );
}

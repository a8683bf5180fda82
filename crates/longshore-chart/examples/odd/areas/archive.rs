//! Packed charts: entries of every type with every kind of name, and archives that are damaged.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::values;
use crate::odd::case::Case;
use crate::random::Random;

const SHOW: &str = "{{ range $name, $_ := .Files }}{{ $name }}: {{ $.Files.Get $name | quote }}\n{{ end }}{{ toJson .Values }}\n{{ toJson .Chart }}\n";

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";

/// Names below the chart's folder, each with a content that may be there.
const NAMES: &[(&str, &str)] = &[
    ("Chart.yaml", CHART),
    ("Chart.yaml", "apiVersion: v1\nname: second\nversion: 2.0.0\n"),
    ("values.yaml", "a: 1\nsub: {b: 2}\n"),
    ("values.yaml", "a: 2\n"),
    ("values.yaml", "[1]"),
    ("values.yaml", "\u{FEFF}a: 3\n"),
    ("values.schema.json", "{\"type\": \"object\"}"),
    ("values.schema.json", "{\"properties\": {\"a\": {\"type\": \"string\"}}}"),
    ("templates/x.yaml", "kind: X\na: {{ .Values.a }}\n"),
    ("templates/x.yaml", "kind: Second\n"),
    ("templates/_h.tpl", "{{ define \"h\" }}x{{ end }}"),
    ("templates/bom.yaml", "\u{FEFF}kind: Bom\n"),
    ("templates/", ""),
    ("templates/dir/y.yml", "kind: Y\n"),
    ("templates/.hidden", "kind: Hidden\n"),
    ("templates/a.txt", "kind: {{ 1 }}\n"),
    ("crds/c.yaml", "kind: CustomResourceDefinition\n"),
    ("crds/c.txt", "x"),
    ("charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0\n"),
    ("charts/sub/values.yaml", "b: 1\n"),
    ("charts/sub/templates/s.yaml", "kind: S\nb: {{ .Values.b }}\n"),
    ("charts/sub/charts/deep/Chart.yaml", "name: deep\nversion: 1.0.0\n"),
    ("charts/sub/charts/deep/templates/s.yaml", "kind: Deep\n"),
    ("charts/empty/x", "x"),
    ("charts/README.md", "x"),
    ("charts/_skipped/Chart.yaml", "name: sk\nversion: 1.0.0\n"),
    ("charts/.hidden/Chart.yaml", "name: hi\nversion: 1.0.0\n"),
    ("charts/bad.tgz", "no archive"),
    ("charts/x.prov", "x"),
    ("Chart.lock", "dependencies: []\ndigest: x\ngenerated: \"2020-01-01T00:00:00Z\"\n"),
    ("Chart.lock", "generated: x\n"),
    ("requirements.yaml", "dependencies:\n- name: sub\n  version: 1.0.0\n  condition: off.off\n"),
    ("requirements.lock", "digest: y\n"),
    (".helmignore", "*.txt\n"),
    ("README.md", "# hi"),
    ("a.txt", "text\n"),
    ("bin", "\u{0}\u{1}"),
    ("a/b/../c.txt", "c"),
    ("./d.txt", "d"),
    ("a//e.txt", "e"),
    ("", ""),
    (".", ""),
    ("..", ""),
    ("../x", "x"),
    ("a/../../x", "x"),
    ("..x", "x"),
    ("/abs", "x"),
    ("C:/x", "x"),
    ("a\\b.txt", "back"),
    ("é.txt", "e"),
    (
        "long/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.txt",
        "x",
    ),
];

const ROOTS: &[&str] = &[
    "c/",
    "c/",
    "c/",
    "c/",
    "c/",
    "c/",
    "c/",
    "c/",
    "c/",
    "other/",
    "",
    "/",
    "./",
    "./c/",
    "c\\",
    "../",
    "c/../",
    "Chart.yaml/",
    "c//",
    "/c/",
];

fn octal(field: &mut [u8], value: u64) {
    let text = format!("{value:0width$o}", width = field.len() - 1);
    let text = &text.as_bytes()[text.len() - (field.len() - 1)..];
    field[..text.len()].copy_from_slice(text);
}

fn entry(out: &mut Vec<u8>, random: &mut Random, name: &str, kind: u8, content: &[u8], link: &str) {
    let mut header = [0_u8; 512];
    let (prefix, base) = match name.char_indices().find(|(at, c)| *c == '/' && name.len() - at <= 100) {
        Some((at, _)) if name.len() > 100 => (&name[..at], &name[at + 1..]),
        _ => ("", name),
    };
    let base = &base.as_bytes()[..base.len().min(100)];
    header[..base.len()].copy_from_slice(base);
    header[345..345 + prefix.len().min(155)].copy_from_slice(&prefix.as_bytes()[..prefix.len().min(155)]);
    octal(&mut header[100..108], if random.chance(90) { 0o644 } else { 0o40_755 });
    octal(&mut header[108..116], 0);
    octal(&mut header[116..124], 0);
    let mut size = content.len() as u64;
    if random.chance(2) {
        size = *random.pick(&[0, 1, 1000, 10_000_000, 8_000_000_000, size + 1]);
    }
    octal(&mut header[124..136], size);
    octal(&mut header[136..148], 1_600_000_000);
    header[156] = kind;
    header[157..157 + link.len().min(100)].copy_from_slice(&link.as_bytes()[..link.len().min(100)]);
    match random.below(8) {
        0 => {}
        1 => header[257..265].copy_from_slice(b"ustar  \0"),
        _ => header[257..265].copy_from_slice(b"ustar\x0000"),
    }
    if random.chance(1) {
        let at = random.below(512);
        header[at] ^= 1 << random.below(8);
    }
    header[148..156].fill(b' ');
    let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
    octal(&mut header[148..155], sum);
    if random.chance(1) {
        header[150] ^= 1;
    }
    out.extend_from_slice(&header);
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
}

/// A record of pax: its length, in digits that count too.
fn pax(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while length.to_string().len() + rest.len() != length {
        length = length.to_string().len() + rest.len();
    }
    format!("{length}{rest}")
}

fn extra(out: &mut Vec<u8>, random: &mut Random) {
    match random.below(7) {
        0 => {
            let record = pax(
                random.one(&[
                    "path",
                    "size",
                    "mtime",
                    "linkpath",
                    "comment",
                    "SCHILY.xattr.x",
                    "",
                    "uid",
                    "gname",
                    "charset",
                ]),
                random.one(&["c/pax.txt", "3", "1600000000.5", "x", "", "../x", "c/Chart.yaml", "-1", "é"]),
            );
            entry(out, random, "PaxHeaders/x", b'x', record.as_bytes(), "");
        }
        1 => entry(
            out,
            random,
            "PaxHeaders/x",
            b'x',
            random
                .clone()
                .one(&["x", "5 a=b\n", "6 a=b\n", "", "99 path=x\n", "0 \n", "7 path\n", "010 path=x\n"])
                .as_bytes(),
            "",
        ),
        2 => entry(out, random, "pax_global_header", b'g', pax("comment", "x").as_bytes(), ""),
        3 => entry(out, random, "pax_global_header", b'g', pax("path", "c/global.txt").as_bytes(), ""),
        4 => entry(out, random, "././@LongLink", b'L', b"c/long-name.txt\0", ""),
        5 => entry(out, random, "././@LongLink", b'K', b"c/target\0", ""),
        _ => {
            let zeros = 512 * (1 + random.below(2));
            out.resize(out.len() + zeros, 0);
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("it is memory");
    encoder.finish().expect("it is memory")
}

fn packed(random: &mut Random, depth: usize) -> Vec<u8> {
    let mut tar = Vec::new();
    if random.chance(93) {
        entry(&mut tar, random, "c/Chart.yaml", b'0', CHART.as_bytes(), "");
    }
    entry(&mut tar, random, "c/templates/NOTES.txt", b'0', SHOW.as_bytes(), "");
    for _ in 0..random.below(7) {
        if random.chance(8) {
            extra(&mut tar, random);
        }
        let (name, content) = *random.pick(NAMES);
        // Most names are good ones: otherwise nothing would ever be rendered.
        let root = if random.chance(88) { "c/" } else { random.one(ROOTS) };
        let (name, content) = if depth > 0 && random.chance(10) {
            (
                random.one(&[
                    "charts/s.tgz",
                    "charts/s-1.0.0.tgz",
                    "charts/s.tar.gz",
                    "charts/x/s.tgz",
                    "charts/_s.tgz",
                ]),
                packed(random, depth - 1),
            )
        } else if random.chance(3) {
            ("values.yaml", values::file(random).into_bytes())
        } else {
            (name, content.as_bytes().to_vec())
        };
        let kind = if name.ends_with('/') {
            b'5'
        } else if random.chance(90) {
            b'0'
        } else {
            *random.pick(b"\x007123456VMXAZgxLKN")
        };
        let link = if matches!(kind, b'1' | b'2') {
            random.one(&["c/Chart.yaml", "Chart.yaml", "../x", "/etc/passwd", "", "values.yaml"])
        } else {
            ""
        };
        let content = if matches!(kind, b'1'..=b'6') && random.chance(80) { Vec::new() } else { content };
        entry(&mut tar, random, &format!("{root}{name}"), kind, &content, link);
    }
    match random.below(12) {
        0 => {}
        1 => tar.resize(tar.len() + 512, 0),
        2 => tar.extend_from_slice(b"garbage"),
        3 => {
            let left = random.below(tar.len());
            tar.truncate(left);
        }
        _ => tar.resize(tar.len() + 1024, 0),
    }
    if random.chance(4) {
        let at = random.below(tar.len());
        if let Some(byte) = tar.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
    }
    let mut bytes = if random.chance(8) {
        let (a, b) = tar.split_at(random.below(tar.len()));
        [gzip(a), gzip(b)].concat()
    } else {
        gzip(&tar)
    };
    match random.below(60) {
        0 => bytes.truncate(random.below(bytes.len()).max(3)),
        1 => bytes.extend_from_slice(b"trailing"),
        2 => bytes.resize(bytes.len() + 100, 0),
        3 => {
            let at = 3 + random.below(bytes.len() - 3);
            bytes[at] ^= 1 << random.below(8);
        }
        _ => {}
    }
    bytes
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    Case { archive: Some(packed(random, 1)), ..Case::default() }
}

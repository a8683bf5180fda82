//! An archive in the OCI image layout: blobs by their digest, and an index that names the image.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, Header};

use super::{Image, layer};

/// Bytes with their digest, in memory or in a file.
struct Blob<R> {
    digest: String,
    size: u64,
    content: R,
}

impl Blob<File> {
    fn of_file(mut file: File) -> Result<Self> {
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        let mut size = 0;
        file.rewind()?;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
            size += read as u64;
        }
        file.rewind()?;
        Ok(Self { digest: hexadecimal(&digest.finalize()), size, content: file })
    }
}

impl Blob<io::Cursor<Vec<u8>>> {
    fn of_json(value: &Value) -> Self {
        let bytes = value.to_string().into_bytes();
        Self { digest: digest_of(&bytes), size: bytes.len() as u64, content: io::Cursor::new(bytes) }
    }
}

impl<R: Read> Blob<R> {
    fn descriptor(&self, media_type: &str) -> Value {
        json!({"mediaType": media_type, "digest": format!("sha256:{}", self.digest), "size": self.size})
    }

    fn append(self, builder: &mut Builder<impl Write>) -> Result<()> {
        append(builder, &format!("blobs/sha256/{}", self.digest), self.size, self.content)
    }
}

/// Writes the archive of an image; the file appears whole or not at all.
pub(super) fn write(image: &Image, path: &Path) -> Result<()> {
    let folder = path.parent().context("a file needs a folder")?;
    let mut layers = Vec::new();
    if let Some(root) = &image.root {
        let file = File::open(root).with_context(|| format!("cannot read {}", root.display()))?;
        layers.push(Blob::of_file(file)?);
    }
    if !image.entries.is_empty() || layers.is_empty() {
        let mut file = tempfile::tempfile_in(folder).context("no place for a layer")?;
        layer::write(&image.entries, &mut file)?;
        layers.push(Blob::of_file(file)?);
    }
    let config = Blob::of_json(&json!({
        "architecture": architecture(),
        "os": "linux",
        "config": image.config(),
        "rootfs": {
            "type": "layers",
            // Not compressed, so that the digest of a blob is that of its content.
            "diff_ids": layers.iter().map(|layer| format!("sha256:{}", layer.digest)).collect::<Vec<_>>(),
        },
    }));
    let manifest = Blob::of_json(&json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
        "layers": layers
            .iter()
            .map(|layer| layer.descriptor("application/vnd.oci.image.layer.v1.tar"))
            .collect::<Vec<_>>(),
    }));
    let mut named = manifest.descriptor(MANIFEST);
    named["annotations"] = json!({"io.containerd.image.name": image.name});
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [named],
    });

    let archive = tempfile::NamedTempFile::new_in(folder).context("no place for an archive")?;
    let mut builder = Builder::new(io::BufWriter::with_capacity(1 << 20, archive));
    let text = |builder: &mut Builder<_>, name: &str, value: &Value| {
        let text = value.to_string();
        append(builder, name, text.len() as u64, text.as_bytes())
    };
    text(&mut builder, "oci-layout", &json!({"imageLayoutVersion": "1.0.0"}))?;
    text(&mut builder, "index.json", &index)?;
    manifest.append(&mut builder)?;
    config.append(&mut builder)?;
    for layer in layers {
        layer.append(&mut builder)?;
    }
    let writer = builder.into_inner().context("cannot finish the archive")?;
    let archive = writer.into_inner().context("cannot finish the archive")?;
    archive.persist(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn append(builder: &mut Builder<impl Write>, name: &str, size: u64, content: impl Read) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(size);
    builder.append_data(&mut header, name, content).with_context(|| format!("cannot write {name}"))
}

/// As Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_blob_is_what_its_name_says_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.tar");
        layer::write(&[layer::Entry::Folder("/srv".into())], File::create(&root).unwrap()).unwrap();
        let image = Image::of_root("longshore.test/web:1", &root)
            .unwrap()
            .file("/etc/web", "x\n")
            .entrypoint(["/web"])
            .env("A", "b")
            .user("1000:1000")
            .port(80);
        let path = folder.path().join("image.tar");
        write(&image, &path).unwrap();

        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(File::open(&path).unwrap()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(entry.path().unwrap().display().to_string(), bytes);
        }
        let parse = |name: &str| serde_json::from_slice::<Value>(&files[name]).unwrap();
        let blob = |descriptor: &Value| {
            let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
            let name = format!("blobs/sha256/{digest}");
            assert_eq!(digest_of(&files[&name]), digest);
            assert_eq!(files[&name].len() as u64, descriptor["size"].as_u64().unwrap());
            name
        };
        assert_eq!(parse("oci-layout")["imageLayoutVersion"], "1.0.0");
        let named = &parse("index.json")["manifests"][0];
        assert_eq!(named["annotations"]["io.containerd.image.name"], "longshore.test/web:1");
        let manifest = parse(&blob(named));
        let config = parse(&blob(&manifest["config"]));
        assert_eq!(config["config"]["Entrypoint"], json!(["/web"]));
        assert_eq!(config["config"]["Env"], json!(["A=b"]));
        assert_eq!(config["config"]["User"], "1000:1000");
        assert_eq!(config["config"]["ExposedPorts"], json!({"80/tcp": {}}));
        let layers: Vec<String> = manifest["layers"].as_array().unwrap().iter().map(blob).collect();
        assert_eq!(layers.len(), 2);
        let stated = config["rootfs"]["diff_ids"].as_array().unwrap();
        for (layer, stated) in layers.iter().zip(stated) {
            assert!(layer.ends_with(stated.as_str().unwrap().strip_prefix("sha256:").unwrap()));
        }
    }
}

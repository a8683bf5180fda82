//! Entries of a tar stream as Go's `archive/tar` sees them.
//!
//! Which archives are good, where one ends, and what a broken one is told decide over charts, so the rules and the
//! texts are those of <https://pkg.go.dev/archive/tar>. Sparse files, which no chart has, are refused.

use std::io::{self, ErrorKind, Read};

const BLOCK: usize = 512;
/// Most bytes of a long name or of extended headers.
const MAX_SPECIAL: u64 = 1 << 20;
/// What a header that is none is told.
const INVALID: &str = "archive/tar: invalid tar header";

/// One entry: what its headers say.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The path, as it stands there.
    pub(super) name: Vec<u8>,
    /// Bytes that it claims to have.
    pub(super) size: i64,
    /// The letter of its type.
    pub(super) kind: u8,
    mode: i64,
}

impl Entry {
    /// Whether it is a folder, by its type or by the bits of its mode.
    pub(super) fn is_folder(&self) -> bool {
        // Go keeps 32 bits of the mode.
        self.kind == b'5' || self.mode & 0xFFFF_FFFF & !0o7777 == 0o40_000
    }

    /// Whether it only tells of other entries.
    pub(super) fn is_about_others(&self) -> bool {
        matches!(self.kind, b'x' | b'g')
    }

    /// Bytes that follow the header.
    fn content(&self) -> Result<u64, String> {
        match self.kind {
            b'1'..=b'6' => Ok(0),
            _ => u64::try_from(self.size).map_err(|_| INVALID.to_owned()),
        }
    }
}

/// Reads entries one after the other.
pub(super) struct Reader<R> {
    inner: R,
    /// Bytes of the entry that were not read yet.
    left: u64,
    /// Bytes behind it that fill its last block.
    padding: usize,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, left: 0, padding: 0 }
    }

    /// The next entry, or none at the end.
    ///
    /// # Errors
    /// Go's text.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, String> {
        let (mut long_name, mut extended) = (Vec::new(), Vec::new());
        loop {
            let left = std::mem::take(&mut self.left);
            let skipped = io::copy(&mut self.inner.by_ref().take(left), &mut io::sink())
                .map_err(|error| told(&error))?;
            if skipped < left {
                return Err("unexpected EOF".to_owned());
            }
            // The last block may be cut short.
            let mut padding = [0; BLOCK];
            let length = std::mem::take(&mut self.padding);
            fill(&mut self.inner, &mut padding[..length])?;
            let Some(mut entry) = self.header()? else { return Ok(None) };
            self.begin(&entry)?;
            match entry.kind {
                b'x' => extended = records(&self.special()?)?,
                b'g' => {
                    records(&self.special()?)?;
                    return Ok(Some(entry));
                }
                b'L' => text(&self.special()?).clone_into(&mut long_name),
                b'K' => drop(self.special()?),
                _ => {
                    apply(&mut entry, &extended)?;
                    if !long_name.is_empty() {
                        entry.name = long_name;
                    }
                    if entry.kind == 0 {
                        entry.kind = if entry.name.ends_with(b"/") { b'5' } else { b'0' };
                    }
                    self.begin(&entry)?;
                    let is_sparse = |(key, value): &Record| {
                        matches!(&key[..], b"GNU.sparse.major" | b"GNU.sparse.map") && !value.is_empty()
                    };
                    if entry.kind == b'S' || extended.iter().any(is_sparse) {
                        return Err(INVALID.to_owned());
                    }
                    return Ok(Some(entry));
                }
            }
        }
    }

    /// The content of the entry, at most `most` bytes.
    pub(super) fn content(&mut self, most: u64) -> Result<Vec<u8>, String> {
        let wanted = self.left.min(most);
        let mut data = Vec::new();
        let read =
            self.inner.by_ref().take(wanted).read_to_end(&mut data).map_err(|error| told(&error))? as u64;
        self.left -= read;
        if read < wanted { Err("unexpected EOF".to_owned()) } else { Ok(data) }
    }

    fn begin(&mut self, entry: &Entry) -> Result<(), String> {
        self.left = entry.content()?;
        let over = usize::try_from(self.left % BLOCK as u64).expect("it is below a block");
        self.padding = if over == 0 { 0 } else { BLOCK - over };
        Ok(())
    }

    fn special(&mut self) -> Result<Vec<u8>, String> {
        let data = self.content(MAX_SPECIAL + 1)?;
        if data.len() as u64 > MAX_SPECIAL {
            return Err("archive/tar: header field too long".to_owned());
        }
        Ok(data)
    }

    /// Reads a header; two blocks of zeros, or nothing more, end the archive.
    fn header(&mut self) -> Result<Option<Entry>, String> {
        let mut block = [0; BLOCK];
        let mut next = |block: &mut [u8; BLOCK]| match fill(&mut self.inner, block)? {
            0 => Ok(false),
            BLOCK => Ok(true),
            _ => Err("unexpected EOF".to_owned()),
        };
        if !next(&mut block)? {
            return Ok(None);
        }
        if block == [0; BLOCK] {
            let goes_on = next(&mut block)? && block != [0; BLOCK];
            return if goes_on { Err(INVALID.to_owned()) } else { Ok(None) };
        }
        parse(&block).map(Some)
    }
}

/// Fills as much of the buffer as there is.
fn fill(inner: &mut impl Read, buffer: &mut [u8]) -> Result<usize, String> {
    let mut filled = 0;
    while filled < buffer.len() {
        match inner.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(told(&error)),
        }
    }
    Ok(filled)
}

/// Go's words for what the decompressor says.
fn told(error: &io::Error) -> String {
    let text = error.to_string();
    match text.as_str() {
        "incomplete deflate stream" => "unexpected EOF".to_owned(),
        "invalid gzip header" => "gzip: invalid header".to_owned(),
        "corrupt gzip stream does not have a matching checksum" => "gzip: invalid checksum".to_owned(),
        _ if error.kind() == ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ => text,
    }
}

/// The fields of a header block.
fn parse(block: &[u8; BLOCK]) -> Result<Entry, String> {
    let invalid = || INVALID.to_owned();
    let (mut unsigned, mut signed) = (0_i64, 0_i64);
    for (at, &byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { byte };
        unsigned += i64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    let sum = octal(&block[148..156]).filter(|sum| [unsigned, signed].contains(sum));
    sum.ok_or_else(invalid)?;
    let number = |from: usize, length: usize| numeric(&block[from..from + length]).ok_or_else(invalid);
    let mut entry = Entry {
        name: text(&block[..100]).to_owned(),
        size: number(124, 12)?,
        kind: block[156],
        mode: number(100, 8)?,
    };
    for (from, length) in [(108, 8), (116, 8), (136, 12)] {
        number(from, length)?;
    }
    let is_posix = &block[257..263] == b"ustar\0";
    let is_gnu = &block[257..265] == b"ustar  \0";
    let mut prefix: &[u8] = &[];
    if is_posix || is_gnu {
        number(329, 8)?;
        number(337, 8)?;
    }
    if is_posix && &block[508..] == b"tar\0" {
        prefix = text(&block[345..476]);
        number(476, 12)?;
        number(488, 12)?;
    } else if is_posix {
        prefix = text(&block[345..500]);
    } else if is_gnu {
        // An old writer put a prefix where the times are.
        let time = |from: usize| block[from] == 0 || numeric(&block[from..from + 12]).is_some();
        let old = text(&block[345..500]);
        if !(time(345) && time(357)) && old.is_ascii() {
            prefix = old;
        }
    }
    if !prefix.is_empty() {
        entry.name = [prefix, b"/", &entry.name].concat();
    }
    Ok(entry)
}

/// The bytes before the first zero.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A number in base 8, or in base 256 where the first bit is set.
fn numeric(field: &[u8]) -> Option<i64> {
    let Some(&first) = field.first().filter(|&&first| first & 0x80 != 0) else { return octal(field) };
    let inverted = if first & 0x40 != 0 { 0xFF } else { 0 };
    let mut number = 0_u64;
    for (at, &byte) in field.iter().enumerate() {
        let byte = if at == 0 { (byte ^ inverted) & 0x7F } else { byte ^ inverted };
        if number >> 56 > 0 {
            return None;
        }
        number = number << 8 | u64::from(byte);
    }
    let number = i64::try_from(number).ok()?;
    Some(if inverted == 0 { number } else { !number })
}

fn octal(field: &[u8]) -> Option<i64> {
    let is_filler = |byte: &u8| matches!(byte, b' ' | 0);
    let Some(from) = field.iter().position(|byte| !is_filler(byte)) else { return Some(0) };
    let to = field.iter().rposition(|byte| !is_filler(byte))? + 1;
    let digits = std::str::from_utf8(text(&field[from..to])).ok()?;
    // A sign is no digit of Go's.
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, 8).ok().map(u64::cast_signed)
}

/// A key and its value.
type Record = (Vec<u8>, Vec<u8>);

/// The records of an extended header: `LENGTH KEY=VALUE\n`, the length counting itself.
fn records(mut data: &[u8]) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    while !data.is_empty() {
        let (record, rest) = record(data).ok_or(INVALID)?;
        records.push(record);
        data = rest;
    }
    Ok(records)
}

fn record(data: &[u8]) -> Option<(Record, &[u8])> {
    let space = data.iter().position(|&byte| byte == b' ')?;
    let length: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
    if length < 5 || length > data.len() || length <= space + 1 {
        return None;
    }
    let (line, rest) = data.split_at(length);
    let line = line[space + 1..].strip_suffix(b"\n")?;
    let equals = line.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (&line[..equals], &line[equals + 1..]);
    let checked = if matches!(key, b"path" | b"linkpath" | b"uname" | b"gname") { value } else { key };
    (!key.is_empty() && !checked.contains(&0)).then(|| ((key.to_owned(), value.to_owned()), rest))
}

/// What extended headers say of the entry behind them; of equal keys the last one counts.
fn apply(entry: &mut Entry, records: &[Record]) -> Result<(), String> {
    let number = |value: &[u8]| {
        std::str::from_utf8(value).ok().and_then(|text| text.parse::<i64>().ok()).ok_or(INVALID)
    };
    for (at, (key, value)) in records.iter().enumerate() {
        if value.is_empty() || records[at + 1..].iter().any(|(later, _)| later == key) {
            continue;
        }
        match &key[..] {
            b"path" => entry.name.clone_from(value),
            b"size" => entry.size = number(value)?,
            b"uid" | b"gid" => drop(number(value)?),
            b"atime" | b"mtime" | b"ctime" => {
                let mut parts = value.splitn(2, |&byte| byte == b'.');
                number(parts.next().unwrap_or_default())?;
                if !parts.next().unwrap_or_default().iter().all(u8::is_ascii_digit) {
                    return Err(INVALID.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

//! Private keys as Go's `encoding/asn1` reads them: structs with a shape, and its words for what does not fit.
//!
//! Only the three structs of private keys exist (and that of DSA keys, which is sprig's own). What follows the last
//! field of a struct is not looked at, as [there](https://pkg.go.dev/encoding/asn1#Unmarshal).

/// What a field is.
#[derive(Debug)]
enum Shape {
    /// `int`
    Int,
    /// `*big.Int`
    BigInt,
    /// `[]byte`
    Octets,
    /// `asn1.ObjectIdentifier`
    Oid,
    /// `asn1.BitString`
    Bits,
    /// `asn1.RawValue`: any element, kept whole.
    Raw,
    /// A slice of structs, which is only checked for being a sequence.
    List,
    /// A struct with its name.
    Struct(&'static str, &'static [Field]),
}

/// A field of a struct.
#[derive(Debug)]
struct Field {
    shape: Shape,
    optional: bool,
    /// The number of the tag around it, if there is one.
    explicit: Option<u8>,
}

const fn field(shape: Shape) -> Field {
    Field { shape, optional: false, explicit: None }
}

const fn optional(shape: Shape) -> Field {
    Field { shape, optional: true, explicit: None }
}

const fn tagged(shape: Shape, tag: u8) -> Field {
    Field { shape, optional: true, explicit: Some(tag) }
}

/// A struct that a key may be written as.
#[derive(Debug)]
pub(super) struct Layout(Field);

const fn layout(name: &'static str, fields: &'static [Field]) -> Layout {
    Layout(field(Shape::Struct(name, fields)))
}

/// `RSAPrivateKey` of PKCS#1: version, n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p, other primes.
pub(super) static PKCS1: Layout = layout(
    "pkcs1PrivateKey",
    &[
        field(Shape::Int),
        field(Shape::BigInt),
        field(Shape::Int),
        field(Shape::BigInt),
        field(Shape::BigInt),
        field(Shape::BigInt),
        optional(Shape::BigInt),
        optional(Shape::BigInt),
        optional(Shape::BigInt),
        optional(Shape::List),
    ],
);

/// `ECPrivateKey` of SEC 1: version, key, curve, public key.
pub(super) static SEC1: Layout = layout(
    "ecPrivateKey",
    &[field(Shape::Int), field(Shape::Octets), tagged(Shape::Oid, 0), tagged(Shape::Bits, 1)],
);

/// `PrivateKeyInfo` of PKCS#8: version, algorithm, key.
pub(super) static PKCS8: Layout = layout(
    "pkcs8",
    &[
        field(Shape::Int),
        field(Shape::Struct("AlgorithmIdentifier", &[field(Shape::Oid), optional(Shape::Raw)])),
        field(Shape::Octets),
    ],
);

/// A DSA key as OpenSSL writes it: version, p, q, g, y, x.
pub(super) static DSA: Layout = layout(
    "DSAKeyFormat",
    &[
        field(Shape::Int),
        field(Shape::BigInt),
        field(Shape::BigInt),
        field(Shape::BigInt),
        field(Shape::BigInt),
        field(Shape::BigInt),
    ],
);

/// The fields of what was read, structs within it flattened.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(Vec<Option<&'a [u8]>>);

impl<'a> Fields<'a> {
    /// The content of a field, or all of it where any element will do; `None` if it is absent.
    pub(super) fn get(&self, index: usize) -> Option<&'a [u8]> {
        self.0.get(index).copied().flatten()
    }

    /// The content of a field that is never absent.
    pub(super) fn bytes(&self, index: usize) -> &'a [u8] {
        self.get(index).unwrap_or_default()
    }

    /// A number of at most eight bytes.
    pub(super) fn int(&self, index: usize) -> i64 {
        let bytes = self.bytes(index);
        let start = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
        bytes.iter().fold(start, |number, byte| number << 8 | i64::from(*byte))
    }

    /// Whether a number that is there is zero or less.
    pub(super) fn is_zero_or_less(&self, index: usize) -> bool {
        self.get(index).is_some_and(|bytes| matches!(bytes, [0] | [0x80..=0xFF, ..]))
    }
}

impl Layout {
    /// Reads a struct; beside its fields, what follows it.
    ///
    /// # Errors
    /// `asn1.SyntaxError` and `asn1.StructuralError` in Go's words.
    pub(super) fn read<'a>(&'static self, der: &'a [u8]) -> Result<(Fields<'a>, &'a [u8]), String> {
        let mut fields = Fields::default();
        let end = read(&self.0, der, 0, &mut fields)?;
        Ok((fields, &der[end..]))
    }
}

fn syntax<T>(message: &str) -> Result<T, String> {
    Err(format!("asn1: syntax error: {message}"))
}

fn structure<T>(message: &str) -> Result<T, String> {
    Err(format!("asn1: structure error: {message}"))
}

/// The start of an element.
#[derive(Debug, Clone, Copy)]
struct Head {
    class: u8,
    tag: u32,
    length: usize,
    compound: bool,
}

/// `parseTagAndLength`
fn head(bytes: &[u8], mut at: usize) -> Result<(Head, usize), String> {
    let mut next = || {
        let byte = bytes.get(at).copied();
        at += 1;
        byte
    };
    let Some(first) = next() else { return Err("asn1: internal error in parseTagAndLength".into()) };
    let mut tag = u32::from(first & 0x1F);
    if tag == 0x1F {
        tag = 0;
        for shifted in 0.. {
            let Some(byte) = next() else { return syntax("truncated base 128 integer") };
            if shifted == 0 && byte == 0x80 {
                return syntax("integer is not minimally encoded");
            }
            // Five bytes, and what fits an int32.
            if shifted == 4 && (byte & 0x80 != 0 || tag >= 1 << 24) {
                return structure("base 128 integer too large");
            }
            tag = tag << 7 | u32::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                break;
            }
        }
        if tag < 0x1F {
            return syntax("non-minimal tag");
        }
    }
    let Some(byte) = next() else { return syntax("truncated tag or length") };
    let mut length = usize::from(byte & 0x7F);
    if byte & 0x80 != 0 {
        let count = length;
        if count == 0 {
            return syntax("indefinite length found (not DER)");
        }
        length = 0;
        for _ in 0..count {
            let Some(byte) = next() else { return syntax("truncated tag or length") };
            if length >= 1 << 23 {
                return structure("length too large");
            }
            length = length << 8 | usize::from(byte);
            if length == 0 {
                return structure("superfluous leading zeros in length");
            }
        }
        if length < 0x80 {
            return structure("non-minimal length");
        }
    }
    Ok((Head { class: first >> 6, tag, length, compound: first & 0x20 != 0 }, at))
}

/// `parseField`
fn read<'a>(
    field: &'static Field,
    bytes: &'a [u8],
    start: usize,
    into: &mut Fields<'a>,
) -> Result<usize, String> {
    if start == bytes.len() {
        if !field.optional {
            return syntax("sequence truncated");
        }
        into.0.push(None);
        return Ok(start);
    }
    let (mut found, mut at) = head(bytes, start)?;
    if let Some(tag) = field.explicit {
        if at == bytes.len() {
            return structure("explicit tag has no child");
        }
        if found.class != 2 || found.tag != u32::from(tag) || !(found.length == 0 || found.compound) {
            into.0.push(None);
            return Ok(start);
        }
        if found.length == 0 {
            return structure("zero length explicit tag was not an asn1.Flag");
        }
        (found, at) = head(bytes, at)?;
    }
    let (tag, compound, name) = match field.shape {
        Shape::Int => (2, false, "int"),
        Shape::BigInt => (2, false, ""),
        Shape::Octets => (4, false, ""),
        Shape::Oid => (6, false, "ObjectIdentifier"),
        Shape::Bits => (3, false, "BitString"),
        Shape::Raw => (found.tag, found.compound, "RawValue"),
        Shape::List => (16, true, ""),
        Shape::Struct(name, _) => (16, true, name),
    };
    let any = matches!(field.shape, Shape::Raw);
    if !any && (found.class != 0 || found.tag != tag || found.compound != compound) {
        if field.optional {
            into.0.push(None);
            return Ok(start);
        }
        let Head { class, tag: other, length, compound } = found;
        return structure(&format!(
            "tags don't match ({tag} vs {{class:{class} tag:{other} length:{length} isCompound:{compound}}}) \
             {{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> \
             stringType:0 timeType:0 set:false omitEmpty:false}} {name} @{at}"
        ));
    }
    let end = at + found.length;
    let Some(content) = bytes.get(at..end) else { return syntax("data truncated") };
    match &field.shape {
        Shape::Struct(_, fields) => {
            let mut inner = 0;
            for field in *fields {
                inner = read(field, content, inner, into)?;
            }
            return Ok(end);
        }
        Shape::Int | Shape::BigInt => {
            match content {
                [] => return structure("empty integer"),
                [0, 0..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] => {
                    return structure("integer not minimally-encoded");
                }
                _ => {}
            }
            if matches!(field.shape, Shape::Int) && content.len() > 8 {
                return structure("integer too large");
            }
        }
        Shape::Oid if content.is_empty() => return syntax("zero length OBJECT IDENTIFIER"),
        Shape::Bits => match content {
            [] => return syntax("zero length BIT STRING"),
            [8..=0xFF, ..] | [1..=7] => return syntax("invalid padding bits in BIT STRING"),
            _ => {}
        },
        _ => {}
    }
    into.0.push(Some(if any { &bytes[start..end] } else { content }));
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::{PKCS1, PKCS8, SEC1};

    #[test]
    fn what_is_no_key_is_told_in_words_of_go() {
        let cases: &[(&[u8], &str)] = &[
            (b"", "asn1: syntax error: sequence truncated"),
            (b"\x30", "asn1: syntax error: truncated tag or length"),
            (b"\x30\x05\x02", "asn1: syntax error: data truncated"),
            (b"\x30\x80", "asn1: syntax error: indefinite length found (not DER)"),
            (b"\x30\x81\x05", "asn1: structure error: non-minimal length"),
            (b"\x30\x03\x02\x01\x00", "asn1: syntax error: sequence truncated"),
            (
                b"\x02\x01\x00",
                "asn1: structure error: tags don't match (16 vs {class:0 tag:2 length:1 isCompound:false}) \
                 {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> \
                 stringType:0 timeType:0 set:false omitEmpty:false} pkcs1PrivateKey @2",
            ),
        ];
        for (der, expected) in cases {
            assert_eq!(PKCS1.read(der).unwrap_err(), *expected, "{der:?}");
        }
    }

    #[test]
    fn optional_fields_may_be_absent() {
        let (fields, rest) = SEC1.read(b"\x30\x06\x02\x01\x01\x04\x01\x07rest").unwrap();
        assert_eq!((fields.int(0), fields.bytes(1), fields.get(2), rest), (1, &[7][..], None, &b"rest"[..]));
        let (fields, _) = SEC1.read(b"\x30\x0B\x02\x01\x01\x04\x01\x07\xA0\x03\x06\x01\x2A").unwrap();
        assert_eq!(fields.get(2), Some(&[0x2A][..]));
        let (fields, _) = PKCS8.read(b"\x30\x0B\x02\x01\x00\x30\x03\x06\x01\x2A\x04\x01\x09").unwrap();
        assert_eq!((fields.bytes(1), fields.get(2), fields.bytes(3)), (&[0x2A][..], None, &[9][..]));
    }
}

//! Encodings and digests: base 64, base 32, SHA, Adler.

use longshore_go::Value;
use longshore_go::encoding::{decode_base32, decode_base64, encode_base32, encode_base64};
use longshore_template::FuncDef;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::Function;
use super::args::{STRING, text};

/// A function from one string to another.
macro_rules! of_text {
    ($name:literal, |$data:ident| $result:expr) => {
        Function::pure(FuncDef::new($name, &[STRING]).returning(STRING), |args| {
            let $data = text(args, 0);
            Ok(Value::Str($result.into()))
        })
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_text!("b64enc", |data| encode_base64(data)),
    // What cannot be decoded becomes the text of the error.
    of_text!("b64dec", |data| decode_base64(data).unwrap_or_else(|error| error.to_string().into())),
    of_text!("b32enc", |data| encode_base32(data)),
    of_text!("b32dec", |data| decode_base32(data).unwrap_or_else(|error| error.to_string().into())),
    of_text!("sha1sum", |data| hex(&Sha1::digest(data))),
    of_text!("sha256sum", |data| hex(&Sha256::digest(data))),
    of_text!("sha512sum", |data| hex(&Sha512::digest(data))),
    of_text!("adler32sum", |data| adler32(data).to_string()),
];

fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from_digit(u32::from(half), 16).expect("half a byte is a hexadecimal digit"))
        .collect()
}

/// `hash/adler32`, printed in decimal.
fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

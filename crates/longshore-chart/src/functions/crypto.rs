//! Passwords and ciphers: `bcrypt`, `htpasswd`, `derivePassword`, `encryptAES`, `decryptAES`.
//!
//! Salts and initial vectors are drawn from [`Services::random`](super::Services::random). None of this
//! is used by Longshore itself: it is what charts ask for.

use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use longshore_go::encoding::{decode_base64, encode_base64};
use longshore_go::{TypeInfo, Uint, Value, types};
use longshore_template::{FuncDef, FuncError, Return};
use sha2::Sha256;

use super::args::{STRING, check_size, text};
use super::{Function, Outcome, Scope};

/// `uint32`
const COUNTER: &TypeInfo = &types::UINT32;

/// Bytes of an AES block.
const BLOCK: usize = 16;

/// Rounds of bcrypt, as a power of two: Go's default.
const BCRYPT_COST: u32 = 10;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::scoped(FuncDef::new("bcrypt", &[STRING]).returning(STRING), |scope, args| {
        Ok(Value::from(bcrypt(scope, text(args, 0))).into())
    }),
    Function::scoped(FuncDef::new("htpasswd", &[STRING, STRING]).returning(STRING), |scope, args| {
        let user = text(args, 0);
        if user.contains(&b':') {
            return Ok(Value::str([b"invalid username: ", user].concat()).into());
        }
        let hash = bcrypt(scope, text(args, 1));
        Ok(Value::str([user, b":", hash.as_bytes()].concat()).into())
    }),
    Function::pure(
        FuncDef::new("derivePassword", &[COUNTER, STRING, STRING, STRING, STRING]).returning(STRING),
        derive_password,
    ),
    Function::scoped(FuncDef::new("encryptAES", &[STRING, STRING]).returning(STRING), encrypt),
    Function::pure(FuncDef::new("decryptAES", &[STRING, STRING]).returning(STRING), decrypt),
];

/// The hash, or the text of the error.
fn bcrypt(scope: &Scope<'_>, password: &[u8]) -> String {
    let mut salt = [0; 16];
    scope.services.random(&mut salt);
    if password.len() > 72 {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".into();
    }
    match bcrypt::hash_with_salt(password, BCRYPT_COST, salt) {
        Ok(hash) => hash.format_for_version(bcrypt::Version::TwoA),
        Err(error) => format!("failed to encrypt string with bcrypt: {error}"),
    }
}

/// The templates of the Master Password scheme, by the name of their kind; one letter per class of
/// characters.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a letter of a template stands for.
fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// A password that follows from a master password, a user, a site and a counter
/// (<https://masterpassword.app/masterpassword-algorithm.pdf>).
fn derive_password(args: &mut [Value]) -> Outcome {
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let counter = match &args[0] {
        Value::Uint(Uint { value, .. }) => *value as u32,
        _ => 0,
    };
    let (kind, password, user, site) = (text(args, 1), text(args, 2), text(args, 3), text(args, 4));
    let Some(templates) = templates(kind) else {
        return Ok(Value::str([b"cannot find password template ", kind].concat()));
    };
    let sized = |name: &[u8]| [SEED, &(name.len() as u32).to_be_bytes(), name].concat();
    let mut key = [0; 64];
    let cost = scrypt::Params::new(15, 8, 2).map_err(|error| FuncError::new(error.to_string()))?;
    scrypt::scrypt(password, &sized(user), &cost, &mut key)
        .map_err(|error| FuncError::new(error.to_string()))?;
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(&key).expect("a key for HMAC may be of any length");
    mac.update(&sized(site));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let picked = template.bytes().zip(&seed[1..]).map(|(class, &byte)| {
        let characters = characters(class);
        characters[usize::from(byte) % characters.len()]
    });
    Ok(Value::str(picked.collect::<Vec<u8>>()))
}

/// AES-256 with the password, cut or filled with zeros, for a key.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    let size = password.len().min(key.len());
    key[..size].copy_from_slice(&password[..size]);
    Aes256::new(&key.into())
}

/// Base 64 of a random initial vector and the text in CBC mode, padded as PKCS#7 says.
fn encrypt(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let plain = text(args, 1);
    if plain.is_empty() {
        return Ok(Value::from("").into());
    }
    check_size(plain.len().checked_mul(2))?;
    let cipher = cipher(text(args, 0));
    let padding = BLOCK - plain.len() % BLOCK;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + padding, padding as u8);
    let mut last = [0; BLOCK];
    scope.services.random(&mut last);
    let mut out = last.to_vec();
    for chunk in padded.chunks_exact(BLOCK) {
        let mut block = Block::<Aes256>::default();
        for (index, byte) in block.iter_mut().enumerate() {
            *byte = chunk[index] ^ last[index];
        }
        cipher.encrypt_block(&mut block);
        last.copy_from_slice(&block);
        out.extend_from_slice(&last);
    }
    Ok(Value::from(encode_base64(&out)).into())
}

fn decrypt(args: &mut [Value]) -> Outcome {
    let written = text(args, 1);
    if written.is_empty() {
        return Ok("".into());
    }
    let crypt = decode_base64(written).map_err(|error| FuncError::new(error.to_string()))?;
    // What is too short ends in a panic of Go's.
    if crypt.len() < BLOCK {
        let capacity = written.len() / 4 * 3;
        if capacity < BLOCK {
            return Err(FuncError::new(format!(
                "runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}"
            )));
        }
        return Err(FuncError::new(format!(
            "runtime error: slice bounds out of range [{BLOCK}:{}]",
            crypt.len()
        )));
    }
    let cipher = cipher(text(args, 0));
    let (mut last, blocks) = crypt.split_at(BLOCK);
    if blocks.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".into());
    }
    let mut out = Vec::with_capacity(blocks.len());
    for chunk in blocks.chunks_exact(BLOCK) {
        let mut block = Block::<Aes256>::default();
        block.copy_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(last).map(|(byte, before)| byte ^ before));
        last = chunk;
    }
    let Some(&padding) = out.last() else {
        return Err("runtime error: index out of range [-1]".into());
    };
    let Some(size) = out.len().checked_sub(usize::from(padding)) else {
        let end = out.len() as i64 - i64::from(padding);
        return Err(FuncError::new(format!("runtime error: slice bounds out of range [:{end}]")));
    };
    Ok(Value::str(&out[..size]))
}

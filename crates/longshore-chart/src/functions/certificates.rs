//! Keys and certificates: `genPrivateKey`, `genCA`, `genSelfSignedCert`, `genSignedCert`, each with its
//! `WithKey`, and `buildCustomCert`.
//!
//! Source of arguments, results and words: [sprig](https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go).
//! Keys and signatures come from [`Keys`](super::Keys), serial numbers from `Services::random`, the dates from
//! `Services::now`; everything else is made here.
//!
//! What is wrong with arguments is found before a key is made, which takes long; sprig does it the other way
//! round, and tells the same. There are no DSA keys: nobody provides them any more, and no certificate can
//! use one. Those that are given are passed on.

use std::rc::Rc;

use longshore_go::encoding::decode_base64;
use longshore_go::{Kind, Object, Str, TypeInfo, Value};
use longshore_template::{FuncDef, FuncError, Return};

use super::args::{INT, LIST, STRING, int, text};
use super::keys::{KeyKind, Keys};
use super::{Function, Outcome, Scope};

mod asn1;
mod der;
mod issue;
mod key;
mod pem;
mod x509;

use issue::Template;
use key::PrivateKey;

/// `sprig.certificate`
static CERTIFICATE: TypeInfo = TypeInfo::plain("sprig.certificate", Kind::Struct);

pub(super) static FUNCTIONS: &[Function] = &[
    Function::scoped(FuncDef::new("genPrivateKey", &[STRING]).returning(STRING), gen_private_key),
    Function::pure(
        FuncDef::new("buildCustomCert", &[STRING, STRING]).returning(&CERTIFICATE),
        build_custom_cert,
    ),
    make("genCA", &[STRING, INT], |scope, args| authority(scope, args, None)),
    make("genCAWithKey", &[STRING, INT, STRING], |scope, args| authority(scope, args, Some(2))),
    make("genSelfSignedCert", &[STRING, LIST, LIST, INT], |scope, args| self_signed(scope, args, None)),
    make("genSelfSignedCertWithKey", &[STRING, LIST, LIST, INT, STRING], |scope, args| {
        self_signed(scope, args, Some(4))
    }),
    make("genSignedCert", &[STRING, LIST, LIST, INT, &CERTIFICATE], |scope, args| signed(scope, args, None)),
    make("genSignedCertWithKey", &[STRING, LIST, LIST, INT, &CERTIFICATE, STRING], |scope, args| {
        signed(scope, args, Some(5))
    }),
];

const fn make(
    name: &'static str,
    params: &'static [&'static TypeInfo],
    body: fn(&mut Scope<'_>, &mut [Value]) -> Result<Return, FuncError>,
) -> Function {
    Function::scoped(FuncDef::new(name, params).returning(&CERTIFICATE), body)
}

/// A certificate and its key, both PEM.
#[derive(Debug, Default)]
struct Certificate {
    cert: Str,
    key: Str,
}

impl Certificate {
    fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

impl Object for Certificate {
    fn type_info(&self) -> &'static TypeInfo {
        &CERTIFICATE
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::Str(self.cert.clone())),
            "Key" => Some(Value::Str(self.key.clone())),
            _ => None,
        }
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Cert", "Key"]
    }
}

fn keys<'a>(scope: &Scope<'a>) -> Result<&'a dyn Keys, FuncError> {
    scope.services.keys().ok_or_else(|| "keys cannot be made here".into())
}

fn gen_private_key(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let kind = match text(args, 0) {
        b"" | b"rsa" => KeyKind::Rsa4096,
        b"ecdsa" => KeyKind::EcdsaP256,
        b"ed25519" => KeyKind::Ed25519,
        b"dsa" => {
            return Err(
                "DSA keys are not made any more: no TLS library takes them (use \"rsa\", \"ecdsa\" or \
                        \"ed25519\")"
                    .into(),
            );
        }
        other => return Ok(Value::str([b"Unknown type ", other].concat()).into()),
    };
    let keys = keys(scope)?;
    let made = generate(keys, kind).and_then(|key| key.to_pem(keys));
    // The error is the result, as in sprig.
    let shown = made.unwrap_or_else(|error| format!("failed to generate private key: {error}").into_bytes());
    Ok(Value::str(shown).into())
}

fn generate(keys: &dyn Keys, kind: KeyKind) -> Result<PrivateKey, String> {
    PrivateKey::of_pkcs8(&keys.generate(kind)?)
}

/// The certificate and the key that are given, if they are what they should be; whether they belong together
/// is not asked.
fn build_custom_cert(args: &mut [Value]) -> Outcome {
    let decoded = |index, what| {
        decode_base64(text(args, index))
            .map_err(|_| FuncError::new(format!("unable to decode base64 {what}")))
    };
    let (cert, key) = (decoded(0, "certificate")?, decoded(1, "private key")?);
    let block = pem::decode(&cert).ok_or("unable to decode certificate")?;
    x509::parse(&block.bytes)
        .map_err(|error| FuncError::new(format!("error parsing certificate: decodedCert.Bytes: {error}")))?;
    PrivateKey::of_pem(&key)
        .map_err(|error| FuncError::new(format!("error parsing private key: {error}")))?;
    Ok(Certificate { cert: cert.into(), key: key.into() }.into_value())
}

/// The key of an argument, if the function has one.
fn given(args: &[Value], key: Option<usize>) -> Result<Option<PrivateKey>, FuncError> {
    let read = key.map(|index| PrivateKey::of_pem(text(args, index))).transpose();
    read.map_err(|error| FuncError::new(format!("parsing private key: {error}")))
}

/// The template of a certificate: its name, its alternatives by the indices of the arguments, its days.
fn template(
    scope: &Scope<'_>,
    args: &[Value],
    alternatives: Option<[usize; 2]>,
    days: usize,
) -> Result<Template, FuncError> {
    let now = scope.services.now().ok_or("the time is not known here")?;
    let mut serial = [0; issue::SERIAL];
    scope.services.random(&mut serial);
    let list = |which: usize| alternatives.and_then(|indices| args.get(indices[which]));
    let made = Template::new(text(args, 0), list(0), list(1), int(args, days), &now, serial);
    made.map_err(FuncError::new)
}

fn authority(scope: &mut Scope<'_>, args: &mut [Value], key: Option<usize>) -> Result<Return, FuncError> {
    let key = given(args, key)?;
    let template = template(scope, args, None, 1)?.authority();
    issue(scope, &template, key, None)
}

fn self_signed(scope: &mut Scope<'_>, args: &mut [Value], key: Option<usize>) -> Result<Return, FuncError> {
    let key = given(args, key)?;
    let template = template(scope, args, Some([1, 2]), 3)?;
    issue(scope, &template, key, None)
}

fn signed(scope: &mut Scope<'_>, args: &mut [Value], key: Option<usize>) -> Result<Return, FuncError> {
    let key = given(args, key)?;
    let field = |name| match &args[4] {
        Value::Object(object) => object.field(name).and_then(|value| value.as_str().cloned()),
        _ => None,
    };
    let cert = field("Cert").unwrap_or_default();
    let block = pem::decode(&cert).ok_or("unable to decode certificate")?;
    let parsed = x509::parse(&block.bytes).map_err(|error| {
        FuncError::new(format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))
    })?;
    let signer = PrivateKey::of_pem(&field("Key").unwrap_or_default())
        .map_err(|error| FuncError::new(format!("error parsing private key: {error}")))?;
    let template = template(scope, args, Some([1, 2]), 3)?;
    issue(scope, &template, key, Some((&parsed, &signer)))
}

/// Signs, with a new key unless there is one.
fn issue(
    scope: &Scope<'_>,
    template: &Template,
    key: Option<PrivateKey>,
    authority: Option<(&x509::Parsed, &PrivateKey)>,
) -> Result<Return, FuncError> {
    let keys = keys(scope)?;
    let key = match key {
        Some(key) => key,
        None => generate(keys, KeyKind::Rsa2048)
            .map_err(|error| FuncError::new(format!("error generating rsa key: {error}")))?,
    };
    let made = template.issue(keys, &key, authority);
    let der = made.map_err(|error| FuncError::new(format!("error creating certificate: {error}")))?;
    let pem = key.to_pem(keys).map_err(FuncError::new)?;
    let cert = pem::encode("CERTIFICATE", &der);
    Ok(Certificate { cert: cert.into(), key: pem.into() }.into_value().into())
}

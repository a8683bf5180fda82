//! The table of Kubernetes' types, as `cargo xtask schemas` has written it; there stands what its lines mean.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;

static COMPRESSED: &[u8] = include_bytes!("kubernetes.zlib");

/// What a field may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    Number,
    Bool,
    Base64,
    Time,
    IntOrText,
    Quantity,
    /// Any map.
    Map,
    Any,
    /// A value of the enumeration with that number.
    OneOf(usize),
    /// An object of the type with that number.
    Type(usize),
    List(Box<Holds>),
    /// A map with such values.
    Values(Box<Holds>),
}

/// A field, as some versions have it.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    /// The versions that have it, as bits.
    pub(crate) has: u32,
    /// Those that require it.
    pub(crate) requires: u32,
}

/// A type with its fields, sorted by name.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Field>,
}

/// The types of all versions.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) enums: Vec<Vec<&'static str>>,
    pub(crate) types: Vec<Type>,
    /// By API version and kind: the type, and the versions that serve it.
    pub(crate) kinds: BTreeMap<(&'static str, &'static str), (usize, u32)>,
}

impl Table {
    /// The table. It is read when it is first asked for.
    pub(crate) fn get() -> &'static Self {
        static TEXT: OnceLock<String> = OnceLock::new();
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            let text = TEXT.get_or_init(|| {
                let mut text = String::new();
                let read = ZlibDecoder::new(COMPRESSED).read_to_string(&mut text);
                read.expect("the table was written by `cargo xtask schemas`, and a test reads it");
                text
            });
            Self::read(text)
        })
    }

    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        for line in text.lines() {
            let mut parts = line.split('\t');
            let letter = parts.next().unwrap_or_default();
            let mut next = || parts.next().unwrap_or_default();
            match letter {
                "V" => (table.first, table.last) = (number(next()), number(next())),
                "E" => table.enums.push(next().split(' ').collect()),
                "T" => {
                    let name = next().rsplit('.').next().unwrap_or_default();
                    table.types.push(Type { name, fields: Vec::new() });
                }
                "F" => {
                    let (name, holds, has, requires) = (next(), holds(next()), next(), next());
                    let has = table.bits(has);
                    let requires = u32::from_str_radix(requires, 16).unwrap_or_default();
                    if let Some(last) = table.types.last_mut() {
                        last.fields.push(Field { name, holds, has, requires });
                    }
                }
                "K" => {
                    let (version, kind, of, has) = (next(), next(), number(next()) as usize, next());
                    let has = table.bits(has);
                    table.kinds.insert((version, kind), (of, has));
                }
                _ => {}
            }
        }
        table
    }

    /// A set of versions; all of them are written as nothing.
    fn bits(&self, text: &str) -> u32 {
        u32::from_str_radix(text, 16).unwrap_or((1 << (self.last - self.first + 1)) - 1)
    }

    /// The bit of a minor version. Those beyond the table count as the nearest in it.
    pub(crate) fn bit(&self, minor: u32) -> u32 {
        1 << (minor.clamp(self.first, self.last) - self.first)
    }

    /// The first version of a set.
    pub(crate) fn first_of(&self, bits: u32) -> u32 {
        self.first + bits.trailing_zeros()
    }

    /// The last version of a set.
    pub(crate) fn last_of(&self, bits: u32) -> u32 {
        self.first + 31 - bits.leading_zeros()
    }
}

impl Type {
    /// The rows of a field: usually one, several where versions differ in what it holds.
    pub(crate) fn rows(&self, name: &str) -> &[Field] {
        let from = self.fields.partition_point(|field| field.name < name);
        let to = self.fields.partition_point(|field| field.name <= name);
        &self.fields[from..to]
    }
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or_default()
}

fn holds(text: &str) -> Holds {
    let (letter, rest) = text.split_at_checked(1).unwrap_or_default();
    match letter {
        "s" => Holds::Text,
        "i" => Holds::Int,
        "l" => Holds::Long,
        "n" => Holds::Number,
        "b" => Holds::Bool,
        "y" => Holds::Base64,
        "t" => Holds::Time,
        "x" => Holds::IntOrText,
        "q" => Holds::Quantity,
        "o" => Holds::Map,
        "e" => Holds::OneOf(number(rest) as usize),
        "@" => Holds::Type(number(rest) as usize),
        "[" => Holds::List(Box::new(holds(rest))),
        "{" => Holds::Values(Box::new(holds(rest))),
        _ => Holds::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPRESSED, Holds, Table};

    #[test]
    fn the_table_is_whole_small_and_sorted() {
        let table = Table::get();
        assert_eq!((table.first, table.last), (19, 37));
        assert!(COMPRESSED.len() < 3 << 20, "{}", COMPRESSED.len());
        let types = table.types.len();
        for of in &table.types {
            assert!(of.fields.is_sorted_by_key(|field| field.name), "{}", of.name);
            for field in &of.fields {
                let mut holds = &field.holds;
                while let Holds::List(inner) | Holds::Values(inner) = holds {
                    holds = inner;
                }
                match holds {
                    Holds::Type(number) => assert!(*number < types),
                    Holds::OneOf(number) => assert!(*number < table.enums.len()),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn kinds_and_fields_know_their_versions() {
        let table = Table::get();
        let served = |version, kind| table.kinds.get(&(version, kind)).map(|(_, bits)| *bits);
        let span = |bits: u32| (table.first_of(bits), table.last_of(bits));
        assert_eq!(served("apps/v1", "Deployment").map(span), Some((19, 37)));
        assert_eq!(served("policy/v1beta1", "PodDisruptionBudget").map(span), Some((19, 24)));
        assert_eq!(served("autoscaling/v2", "HorizontalPodAutoscaler").map(span), Some((23, 37)));
        assert_eq!(served("apps/v1", "DeploymentList"), None);
    }
}

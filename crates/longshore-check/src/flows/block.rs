//! Ranges of addresses, with holes.

use std::net::IpAddr;

use serde_json::Value as Json;

/// An `ipBlock`: a range of addresses, and ranges of it that are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    range: Range,
    except: Vec<Range>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    base: IpAddr,
    bits: u32,
}

impl Block {
    /// Reads `{cidr, except}`; `None` if a range of it is none (the API server refuses those).
    pub fn read(json: &Json) -> Option<Self> {
        let range = Range::read(json.get("cidr")?.as_str()?)?;
        let except = json.get("except").and_then(Json::as_array).into_iter().flatten();
        let except = except.map(|hole| Range::read(hole.as_str()?)).collect::<Option<Vec<_>>>()?;
        Some(Self { range, except })
    }

    /// Whether an address is in the range, and in none of its holes.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.range.contains(address) && !self.except.iter().any(|hole| hole.contains(address))
    }
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let (base, bits) = text.split_once('/')?;
        let range = Self { base: base.parse().ok()?, bits: bits.parse().ok()? };
        (range.bits <= range.width()).then_some(range)
    }

    fn width(self) -> u32 {
        if self.base.is_ipv4() { u32::BITS } else { u128::BITS }
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let differs = u32::from(base) ^ u32::from(address);
                differs.leading_zeros() >= self.bits
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let differs = u128::from(base) ^ u128::from(address);
                differs.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

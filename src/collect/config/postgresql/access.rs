//! Addresses of `pg_hba.conf`: which hosts a rule takes, and whether one range lies in another.

use std::net::IpAddr;

/// Whom a rule takes by address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hosts {
    /// Through a socket of this machine.
    Local,
    /// Every address of both families.
    All,
    /// The server's own addresses.
    SameHost,
    /// The networks that the server stands in.
    SameNet,
    /// A network.
    Net {
        /// The lowest address, as bits from the left of 128.
        bits: u128,
        /// How many bits count.
        prefix: u8,
        /// IPv6?
        six: bool,
    },
    /// A name, or the end of names (`.example.vn`).
    Name(String),
}

impl Hosts {
    /// Reads an address field, and the mask field where the address has none of its own.
    pub(super) fn read(address: &str, mask: Option<&str>) -> Option<Self> {
        match address {
            "all" => return Some(Self::All),
            "samehost" => return Some(Self::SameHost),
            "samenet" => return Some(Self::SameNet),
            _ => {}
        }
        let (ip, length) = match address.split_once('/') {
            Some((ip, length)) => (ip.parse::<IpAddr>().ok()?, Some(length.parse::<u8>().ok()?)),
            None => match address.parse::<IpAddr>() {
                Ok(ip) => (ip, None),
                Err(_) => return Some(Self::Name(address.to_lowercase())),
            },
        };
        let width = if ip.is_ipv6() { 128 } else { 32 };
        let prefix = match (length, mask) {
            (Some(length), _) => length,
            (None, Some(mask)) => {
                let mask = left(mask.parse().ok()?);
                let ones = mask.leading_ones();
                // A mask with holes is refused.
                if mask.count_ones() != ones {
                    return None;
                }
                u8::try_from(ones).ok()?
            }
            (None, None) => return None,
        };
        (prefix <= width).then(|| Self::Net {
            bits: cut(left(ip), prefix),
            prefix,
            six: ip.is_ipv6(),
        })
    }

    /// Does it take every host that the other takes?
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::Local) | (Self::Local, _) | (_, Self::Local) => {
                *self == Self::Local && *other == Self::Local
            }
            (Self::All, _) => true,
            (
                Self::Net { bits, prefix, six },
                Self::Net {
                    bits: b,
                    prefix: p,
                    six: s,
                },
            ) => six == s && prefix <= p && cut(*b, *prefix) == *bits,
            (Self::SameNet, Self::SameHost) => true,
            _ => self == other,
        }
    }

    /// Does it take every address of a family?
    pub(super) fn is_any(&self) -> bool {
        match self {
            Self::All => true,
            Self::Net { prefix, .. } => *prefix == 0,
            Self::Local | Self::SameHost | Self::SameNet | Self::Name(_) => false,
        }
    }

    /// Does it stay on this machine?
    pub(super) fn is_this_machine(&self) -> bool {
        match self {
            Self::Local | Self::SameHost => true,
            Self::Net {
                bits,
                prefix,
                six: false,
            } => *prefix >= 8 && bits >> 120 == 127,
            Self::Net {
                bits,
                prefix,
                six: true,
            } => *prefix == 128 && *bits == 1,
            Self::All | Self::SameNet => false,
            Self::Name(name) => name == "localhost",
        }
    }

    /// How many addresses; `None` where only the server knows.
    pub(super) fn count(&self) -> Option<i64> {
        let wide = |bits: u32| {
            1_i64
                .checked_shl(bits)
                .filter(|n| *n > 0)
                .unwrap_or(i64::MAX)
        };
        match self {
            Self::Local => Some(0),
            Self::All => Some(i64::MAX),
            Self::Net { prefix, six, .. } => Some(wide(u32::from(if *six {
                128 - prefix.min(&128)
            } else {
                32 - prefix.min(&32)
            }))),
            Self::SameHost | Self::SameNet | Self::Name(_) => None,
        }
    }
}

fn left(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(four) => u128::from(u32::from(four)) << 96,
        IpAddr::V6(six) => u128::from(six),
    }
}

fn cut(bits: u128, prefix: u8) -> u128 {
    if prefix == 0 {
        0
    } else {
        bits & (u128::MAX << (128 - u32::from(prefix.min(128))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let net = |text: &str| Hosts::read(text, None).unwrap();
        assert!(net("0.0.0.0/0").is_any() && net("::/0").is_any() && Hosts::All.is_any());
        assert!(
            net("0.0.0.0/0").covers(&net("10.1.0.0/16")) && !net("0.0.0.0/0").covers(&net("::/0"))
        );
        assert!(
            net("10.0.0.0/8").covers(&net("10.1.2.3/32"))
                && !net("10.1.0.0/16").covers(&net("10.0.0.0/8"))
        );
        assert_eq!(
            Hosts::read("10.0.0.0", Some("255.0.0.0")),
            Some(net("10.0.0.0/8"))
        );
        assert_eq!(Hosts::read("10.0.0.0", Some("255.0.255.0")), None);
        assert_eq!(Hosts::read("10.0.0.0", None), None);
        assert!(!Hosts::All.covers(&Hosts::Local) && !Hosts::Local.covers(&Hosts::All));
        assert!(net("127.0.0.1/32").is_this_machine() && net("::1/128").is_this_machine());
        assert!(!net("126.0.0.0/7").is_this_machine());
        assert_eq!(
            (net("10.0.0.0/8").count(), net("::/0").count()),
            (Some(1 << 24), Some(i64::MAX))
        );
        assert_eq!(Hosts::read("1.2.3.4/33", None), None);
    }
}

//! [`Leaf`]: one thing that a control may judge, which was seen or not seen, and then why.
//!
//! On paper `{"v": …}` or `{"v": null, "why": "timeout"}`. What could not be seen is never a value.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

/// A value that was seen, or the reason why not. Neither: the line does not speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<T> {
    /// What was seen.
    pub v: Option<T>,
    /// Why nothing was seen; beside a value, what proved it (`alert:70`).
    pub why: Option<String>,
}

impl<T> Default for Leaf<T> {
    fn default() -> Self {
        Self { v: None, why: None }
    }
}

impl<T> Leaf<T> {
    /// A value that was seen.
    pub fn seen(v: T) -> Self {
        Self {
            v: Some(v),
            why: None,
        }
    }

    /// A value with what proved it.
    pub fn proven(v: T, by: impl Into<String>) -> Self {
        Self {
            v: Some(v),
            why: Some(by.into()),
        }
    }

    /// A value that was not seen.
    pub fn unseen(why: impl Into<String>) -> Self {
        Self {
            v: None,
            why: Some(why.into()),
        }
    }
}

impl<T: Serialize> Serialize for Leaf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("v", &self.v)?;
        if let Some(why) = &self.why {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Leaf<T> {
    /// Takes `{v, why}` and also the bare value that some writers of this form give.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::Null => Ok(Self::default()),
            Json::Object(mut map) if map.contains_key("v") => {
                let v = map.remove("v").unwrap_or(Json::Null);
                let why = match map.remove("why") {
                    Some(Json::String(why)) => Some(why),
                    None | Some(Json::Null) => None,
                    Some(_) => return Err(D::Error::custom("`why` must be a text")),
                };
                let v = serde_json::from_value(v).map_err(D::Error::custom)?;
                Ok(Self { v, why })
            }
            bare @ (Json::Bool(_)
            | Json::Number(_)
            | Json::String(_)
            | Json::Array(_)
            | Json::Object(_)) => serde_json::from_value(bare)
                .map(Self::seen)
                .map_err(D::Error::custom),
        }
    }
}

/// The stable code of a `why`: controls and reports know these and no others.
pub fn code(why: &str) -> &'static str {
    let head = why.split(':').next().unwrap_or(why);
    CODES
        .iter()
        .find(|code| **code == head)
        .copied()
        .unwrap_or("other")
}

/// A name that did not resolve.
pub(super) const UNRESOLVED: &str = "unresolved";
/// No answer within the deadline.
pub(super) const TIMEOUT: &str = "timeout";
/// The host said that nothing listens there.
pub(super) const REFUSED: &str = "refused";
/// The connection was reset.
pub(super) const RESET: &str = "reset";
/// The connection was closed without an answer.
pub(super) const CLOSED: &str = "closed";
/// The answer was no TLS.
pub(super) const NOT_TLS: &str = "not_tls";
/// More came than we take.
pub(super) const CAPPED: &str = "capped";
/// Another failure of the network.
pub(super) const UNREACHABLE: &str = "unreachable";
/// The answer broke the protocol.
pub(super) const PROTOCOL: &str = "protocol_error";
/// This prober cannot ask that.
pub(super) const UNSUPPORTED: &str = "unsupported_by_prober";
/// Nobody asked for it, or nobody allowed it.
pub(super) const NOT_ASKED: &str = "not_asked";
/// It needs a permission that the inventory does not give.
pub(super) const NOT_AUTHORISED: &str = "not-authorised";
/// The question does not arise here.
pub(super) const NOT_APPLICABLE: &str = "not_applicable";
/// The server answers some connections and not others: what it left unanswered proves nothing.
pub(super) const RATE_LIMITED: &str = "rate_limited";
/// The protocol before TLS does not lead to TLS.
pub(super) const STARTTLS_NOT_OFFERED: &str = "starttls_not_offered";
/// Something of ours could not be read.
pub(super) const UNREADABLE: &str = "unreadable";
/// It was read and not understood.
pub(super) const NOT_PARSED: &str = "not-parsed";
/// What was seen allows two readings.
pub(super) const AMBIGUOUS: &str = "ambiguous";

const CODES: &[&str] = &[
    UNRESOLVED,
    TIMEOUT,
    REFUSED,
    RESET,
    CLOSED,
    NOT_TLS,
    CAPPED,
    UNREACHABLE,
    PROTOCOL,
    UNSUPPORTED,
    NOT_ASKED,
    NOT_AUTHORISED,
    NOT_APPLICABLE,
    UNREADABLE,
    NOT_PARSED,
    AMBIGUOUS,
    RATE_LIMITED,
    STARTTLS_NOT_OFFERED,
    "alert",
    "offline",
    "servfail",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_one_is_written() {
        let leaf: Leaf<bool> = serde_json::from_str(r#"{"v":null,"why":"timeout"}"#).unwrap();
        assert_eq!(leaf, Leaf::unseen(TIMEOUT));
        let leaf: Leaf<bool> = serde_json::from_str("true").unwrap();
        assert_eq!(serde_json::to_string(&leaf).unwrap(), r#"{"v":true}"#);
        assert_eq!(
            serde_json::from_str::<Leaf<bool>>("null").unwrap(),
            Leaf::default()
        );
        assert!(serde_json::from_str::<Leaf<bool>>(r#"{"v":"yes"}"#).is_err());
        assert!(serde_json::from_str::<Leaf<bool>>("3").is_err());
    }

    #[test]
    fn every_why_has_a_code() {
        assert_eq!(code("alert:70"), "alert");
        assert_eq!(code("timeout"), "timeout");
        assert_eq!(code("something new"), "other");
    }
}

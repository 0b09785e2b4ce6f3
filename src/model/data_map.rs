//! Where personal data live: classes by place, with how they are protected and which findings touch them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AssetKind;

/// One class of personal data of one party in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DataPlace {
    /// The system of the highest level.
    pub system: String,
    /// The asset's id.
    pub asset: String,
    /// The asset's kind.
    pub kind: AssetKind,
    /// The table, label or endpoint.
    pub place: String,
    /// `name`, `phone`, …
    pub class: String,
    /// `sender`, `recipient`, …
    pub party: String,
    /// Sensitive personal data (NĐ 356/2025 Art. 4)?
    pub sensitive: bool,
    /// Columns or fields enciphered, hashed, masked or coded.
    pub protected: u64,
    /// Those in clear.
    pub open: u64,
    /// Those of which it is not known.
    pub unknown: u64,
    /// Who can see them, as codes: `grant:ROLE`, `owner` (nobody else was given a right), `callers` (of an interface that
    /// asks who calls), `anyone`, `parcel` (whoever holds the parcel), `scan` (who may read the code), `roles:N:M` (N
    /// roles of the matrix, M of which may export).
    #[serde(default)]
    pub readers: Vec<String>,
    /// Of a part it was not seen who can.
    #[serde(default)]
    pub readers_unknown: bool,
    /// Failing findings that touch them.
    pub findings: Vec<String>,
}

//! What a system is in the terms of the level criteria (NĐ 331/2026 Điều 9, 11–15): only what the company tells.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What decides the level of a system. A key that is left out is not told, and nothing is assumed in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Traits {
    /// The classes of information that it processes (Điều 9.1).
    pub information: Option<BTreeSet<InformationClass>>,
    /// Does it serve the company's own operation only?
    pub internal: Option<bool>,
    /// Is its online service on the list of conditional businesses? Postal services are taken as conditional.
    pub online_business: Option<OnlineBusiness>,
    /// Does it settle administrative procedures?
    pub public_administration: Option<bool>,
    /// The highest degree of its online public services, 0 for none (NĐ 85/2016 only).
    pub public_service_degree: Option<u8>,
    /// Whom it serves as information infrastructure.
    pub infrastructure: Option<Infrastructure>,
    /// Must it run 24/7, without any unplanned stop?
    pub continuous: Option<bool>,
    /// What it is for the nation; an empty list: nothing of these.
    pub national: Option<BTreeSet<National>>,
    /// What its sabotage does to national security, where it holds state secrets or serves defence and security.
    pub security_harm: Option<Harm>,
    /// The class of the construction works that it controls.
    pub industrial_control: Option<IndustrialControl>,
}

/// A class of information.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum InformationClass {
    /// Thông tin công cộng.
    Public,
    /// Thông tin riêng.
    Private,
    /// Thông tin cá nhân.
    Personal,
    /// Bí mật nhà nước.
    StateSecret,
}

/// What business an online service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnlineBusiness {
    /// On the list of conditional businesses.
    Conditional,
    /// Not on it.
    Other,
}

/// Whom an information infrastructure serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Infrastructure {
    /// It is none.
    None,
    /// One organisation.
    One,
    /// Organisations of one ministry, one sector, one or some provinces.
    Sector,
    /// Organisations nationwide.
    Nationwide,
}

/// What a system is for the nation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum National {
    /// A national system for e-government.
    EGovernment,
    /// A central store of data of exceptional national importance.
    Data,
    /// National infrastructure that links Viet Nam with other countries.
    InternationalGateway,
}

/// A harm to national security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Harm {
    /// It holds no state secrets and serves neither defence nor security.
    None,
    /// Tổn hại.
    #[serde(rename = "harm")]
    Plain,
    /// Tổn hại nghiêm trọng.
    Serious,
    /// Tổn hại đặc biệt nghiêm trọng.
    Exceptional,
}

/// The construction works that an industrial control system controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndustrialControl {
    /// It controls no construction works of a class.
    None,
    /// Class II, III or IV.
    #[serde(rename = "class-2-4")]
    Class2To4,
    /// Class I.
    #[serde(rename = "class-1")]
    Class1,
    /// Special class, or important to national security.
    Special,
}

//! What the company will do about its gaps, and what only the company can say in a report to an authority: the plan
//! file. Nothing of it changes a result.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Day;

/// A plan whose every id was checked against a run.
#[derive(Debug, Clone, Default)]
pub struct RemedyPlan {
    /// Who reports, to whom.
    pub head: ReportHead,
    /// What will be done.
    pub remedies: Vec<RemedyEntry>,
    /// What a run does not know of a system.
    pub systems: BTreeMap<String, SystemPlan>,
    /// What is asked of the authority.
    pub proposals: Vec<String>,
}

impl RemedyPlan {
    /// What is planned for a requirement and a system: what names the system goes before what names none, the requirement
    /// before its controls.
    pub fn remedy(
        &self,
        requirement: &str,
        controls: &[&str],
        system: &str,
    ) -> Option<&RemedyEntry> {
        let fits = |entry: &&RemedyEntry| {
            entry.system.as_deref().is_none_or(|s| s == system)
                && match (&entry.requirement, &entry.control) {
                    (Some(id), _) => id == requirement,
                    (None, Some(id)) => controls.contains(&id.as_str()),
                    (None, None) => false,
                }
        };
        self.remedies
            .iter()
            .filter(fits)
            .max_by_key(|e| (e.requirement.is_some(), e.system.is_some()))
    }

    /// The time that the report is about.
    pub fn period(&self) -> Option<(Day, Day)> {
        self.head.period.map(|p| (p.from, p.to))
    }
}

/// Who reports, to whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportHead {
    /// The body above, in capitals.
    pub parent_body: Option<String>,
    /// The body that reports, in capitals; the organisation of the inventory where absent.
    pub issuing_body: Option<String>,
    /// What follows the number: `BC-BCM`.
    pub symbol: Option<String>,
    /// The place of the date line.
    pub place: Option<String>,
    /// To whom it is addressed.
    pub recipients: Vec<String>,
    /// Authority and post above the signature, a line each: `TM. HỘI ĐỒNG QUẢN TRỊ`, `CHỦ TỊCH`.
    pub signed_as: Vec<String>,
    /// Who receives it; `Lưu: VT` is added.
    pub copies: Vec<String>,
    /// The time that the report is about.
    pub period: Option<ReportPeriod>,
}

/// The time that a report is about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPeriod {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// What will be done about a requirement, or about the failures of a control.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemedyEntry {
    /// The id of a requirement; this or `control`.
    #[serde(default)]
    pub requirement: Option<String>,
    /// The id of a control; this or `requirement`.
    #[serde(default)]
    pub control: Option<String>,
    /// Only for this system.
    #[serde(default)]
    pub system: Option<String>,
    /// Why it is so.
    #[serde(default)]
    pub cause: Option<String>,
    /// What will be done.
    pub measure: String,
    /// The unit or post that does it; no person's name is needed.
    pub owner: String,
    /// By when.
    pub due: Day,
}

/// What a run does not know of a system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemPlan {
    /// The system's id.
    pub id: String,
    /// Who operates it; the company itself where absent.
    #[serde(default)]
    pub operator: Option<String>,
    /// How far its level dossier is.
    #[serde(default)]
    pub dossier: Option<DossierStage>,
    /// When its level is expected to be approved.
    #[serde(default)]
    pub approval_expected: Option<Day>,
    /// Number and day of its security regulation.
    #[serde(default)]
    pub regulation: Option<String>,
    /// How far its measures are.
    #[serde(default)]
    pub deployment: Option<Deployment>,
    /// Kinds of personal data that it holds, as the company names them.
    #[serde(default)]
    pub personal_data: Vec<String>,
    /// The state of the assessment of the impact of processing personal data.
    #[serde(default)]
    pub impact_assessment: Option<String>,
    /// Anything else for the table of systems.
    #[serde(default)]
    pub note: Option<String>,
}

/// How far a level dossier is (Form 08 of Decree 331/2026, from a secondary source).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DossierStage {
    /// Being drawn up.
    Drafting,
    /// Sent for appraisal.
    Submitted,
    /// Appraised.
    Appraised,
    /// Approved.
    Approved,
}

/// How far the measures of a system are (Form 08 of Decree 331/2026, from a secondary source).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deployment {
    /// Not begun.
    None,
    /// In part.
    Partly,
    /// Whole.
    Full,
}

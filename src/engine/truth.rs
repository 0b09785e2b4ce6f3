//! Three-valued truth (Kleene) that remembers why it is unknown.

use crate::model::ResultWord;

/// True, false, or unknown with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Unknown(Box<Gap>),
}

/// Why something is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// A stable code.
    pub(crate) code: &'static str,
    /// The path, and what the collector said of it.
    pub(crate) detail: String,
}

impl Truth {
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    pub(crate) fn unknown(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Unknown(Box::new(Gap {
            code,
            detail: detail.into(),
        }))
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// Of two unknowns the one that hides more is told.
    pub(crate) fn worse(a: Self, b: Self) -> Self {
        let weight = |truth: &Self| match truth {
            Self::Unknown(gap) => result_of(gap.code).map_or(0, severity_of_gap),
            Self::True | Self::False => 0,
        };
        if weight(&b) > weight(&a) { b } else { a }
    }
}

fn severity_of_gap(word: ResultWord) -> u8 {
    match word {
        ResultWord::Error => 4,
        ResultWord::Unknown => 3,
        ResultWord::NotChecked => 2,
        ResultWord::NotApplicable => 1,
        ResultWord::Pass
        | ResultWord::Fail
        | ResultWord::NotSelected
        | ResultWord::Informational
        | ResultWord::Fixed => 0,
    }
}

/// The result that a code of something unseen gives.
pub(crate) fn result_of(code: &str) -> Option<ResultWord> {
    Some(match code {
        "not_applicable" => ResultWord::NotApplicable,
        "not_asked"
        | "not-live"
        | "unsupported_by_prober"
        | "not-authorised"
        | "no-subject"
        | "no-attestation"
        | "attestation-ended"
        | "attestation-not-begun"
        | "attestation-missing-evidence"
        | "attestation-hash"
        | "attestation-unsigned"
        | "attestation-contradicted"
        | "no-asset" => ResultWord::NotChecked,
        "time-still-runs" | "bounded-by-size" | "not-parsed" | "partly-parsed" | "not-a-number"
        | "ambiguous" | "missing-fact" | "absent-fact" | "incomplete-list" | "empty-list"
        | "wrong-type" => ResultWord::Unknown,
        _ => ResultWord::Error,
    })
}

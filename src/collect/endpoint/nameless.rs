//! Lines of an endpoint that was asked without a name (no SNI) beside one with it: who connects by the address alone may meet
//! other settings and another certificate.

use super::facts::{CertFacts, TlsFacts, Trusted};
use super::leaf::{Leaf, NOT_APPLICABLE};
use super::target::ProbeTarget;
use crate::model::Place;

impl ProbeTarget {
    /// The same address asked once more, without a name: where a name is sent and none was chosen by hand. What hangs on the
    /// name alone (pages, ports) is not asked twice.
    pub(super) fn nameless(&self) -> Option<Self> {
        let named = self.sni.is_none() && self.sent_name().is_some();
        named.then(|| Self {
            sni: Some(String::new()),
            http: false,
            closed: Vec::new(),
            ..self.clone()
        })
    }
}

/// Does this line stand beside one of the same address that was asked by name?
pub(super) fn is_beside(facts: &TlsFacts, lines: &[(TlsFacts, Place)]) -> bool {
    let of = |facts: &TlsFacts| {
        let target = &facts.target;
        (
            target.name.clone(),
            target.port,
            target.addr.clone(),
            target.starttls.clone(),
        )
    };
    facts.target.sni.is_none()
        && (lines.iter()).any(|(other, _)| other.target.sni.is_some() && of(other) == of(facts))
}

/// Was nobody let in, and told so by an alert? Then there is nothing to judge that the line by name has not.
pub(super) fn is_refused(facts: &TlsFacts) -> bool {
    let told = |why: &Option<String>| why.as_deref().is_some_and(|why| why.starts_with("alert:"));
    facts.encrypted.v.is_none() && facts.certs.is_empty() && told(&facts.encrypted.why)
}

/// A certificate that only those see who send no name: none was asked for, so none can be wrong, and nobody relies on its path.
pub(super) fn unnamed(cert: &CertFacts) -> CertFacts {
    CertFacts {
        name_ok: Leaf::unseen(NOT_APPLICABLE),
        trusted: Trusted {
            v: None,
            why: Some(NOT_APPLICABLE.to_owned()),
            ..cert.trusted.clone()
        },
        self_signed: Leaf::unseen(NOT_APPLICABLE),
        anchored: Leaf::unseen(NOT_APPLICABLE),
        missing_intermediate: Leaf::unseen(NOT_APPLICABLE),
        ..cert.clone()
    }
}

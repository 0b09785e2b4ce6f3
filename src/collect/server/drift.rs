//! Drift: where the running host says other than its files will say after a restart.
//!
//! Each part that sees both hands its differences here: one subject `drift.<family>` for each family, so that one
//! control judges them all and the finding names what differs.

use super::host::{reason, texts, unseen};
use crate::model::{Collected, Fact, Seen, SourceError, Subject};

/// The running state of a family beside what its files say.
pub(super) fn compare(
    family: &str,
    differences: Result<Vec<String>, SourceError>,
    out: &mut Collected,
) {
    match differences {
        // A folder of files has no running state: nothing to compare, and that is said once for the type.
        Err(error @ SourceError::NotLive(_)) => {
            if !out.sights.iter().any(|s| &*s.kind == "drift") {
                out.saw("drift", Seen::Not(reason(&error)));
            }
        }
        Err(error) => {
            let mut subject = Subject::new("drift", format!("drift.{family}"));
            subject.put(Fact::derived("differences", unseen(&error)));
            subject.put(Fact::derived("same", unseen(&error)));
            out.subjects.push(subject);
        }
        Ok(differences) => {
            let mut subject = Subject::new("drift", format!("drift.{family}"));
            subject.put(Fact::derived("same", differences.is_empty()));
            subject.put(Fact::derived("differences", texts(differences)));
            out.subjects.push(subject);
        }
    }
}

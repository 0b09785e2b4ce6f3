//! Attestations: is the document there, is it the one whose hash was recorded, who signed, how long it counts.

use std::path::{Path, PathBuf};

use crate::collect::{Context, Reader, RootFolder};
use crate::model::{
    Attestation, Collected, Day, EvidenceItem, Fact, Inventory, Place, SourceError, Subject, Value,
    Why,
};
use crate::parse::bytes::{is_empty, is_own_form};
use crate::text::names::names_somebody;

/// The facts of one attestation, with its document read.
pub(super) fn subject(
    attestation: &Attestation,
    inventory: &Inventory,
    as_of: Day,
    cx: &Context,
    collected: &mut Collected,
) -> Subject {
    let place = Place::new(attestation.file.as_str(), attestation.line);
    let mut subject =
        Subject::new("attestation", format!("attestation[{}]", attestation.id)).at(place.clone());
    let known = inventory.systems.iter().any(|s| s.id == attestation.scope);
    if known {
        subject.systems = Some(vec![attestation.scope.clone()]);
    }
    let mut put = |fact: Fact| subject.put(fact.at(place.clone()));
    put(Fact::set("requirement", attestation.requirement.as_str()));
    put(Fact::set("scope", attestation.scope.as_str()));
    let scope_known = known || attestation.scope == ORGANISATION;
    put(Fact::derived("scope_known", scope_known));
    put(Fact::set("issued", attestation.issued));
    put(Fact::derived("valid_to", attestation.valid_to));
    let ahead = attestation.issued > as_of;
    put(Fact::derived("issued_in_future", ahead));
    put(Fact::derived(
        "in_date",
        !ahead && as_of <= attestation.valid_to,
    ));
    // What is dated ahead does not exist yet: nothing else of it is judged.
    let unless_ahead = |value: Value| {
        if ahead {
            Value::unseen("not_applicable", "dated ahead")
        } else {
            value
        }
    };
    let days_left = attestation.valid_to.days_since(as_of);
    put(Fact::derived("days_left", unless_ahead(days_left.into())));
    let named = |words: &str| unless_ahead(names_somebody(words).into());
    put(Fact::derived(
        "signer_named",
        named(&attestation.signer.name),
    ));
    put(Fact::derived(
        "signer_role_named",
        named(&attestation.signer.role),
    ));
    let (present, matches) = document(attestation, cx, &mut collected.evidence);
    put(Fact::derived("evidence_present", unless_ahead(present)));
    put(Fact::derived("hash_matches", unless_ahead(matches)));
    subject
}

/// Why an attestation says nothing, as its subject has it: its document is not there, empty, not readable or another one; nobody
/// who signed it is named.
pub fn fault(attestation: &Subject, document: &str) -> Option<Why> {
    let value = |path: &str| attestation.facts.get(path).map(|f| &f.value);
    let said = |code, detail: &str| Why {
        code,
        detail: detail.to_owned(),
    };
    let is = |path: &str, wanted: bool| value(path) == Some(&Value::Bool(wanted));
    if let Some(Value::Unseen(why)) = value("hash_matches") {
        return Some((**why).clone());
    }
    if is("evidence_present", true) && is("hash_matches", false) {
        return Some(said("attestation-hash", document));
    }
    if !is("hash_matches", true) {
        return Some(said("attestation-missing-evidence", document));
    }
    let signed = is("signer_named", true) && is("signer_role_named", true);
    (!signed).then(|| said("attestation-unsigned", ""))
}

/// Is the document there, and is it the one that was recorded?
fn document(
    attestation: &Attestation,
    cx: &Context,
    evidence: &mut Vec<EvidenceItem>,
) -> (Value, Value) {
    match sha256(
        &attestation.evidence.path,
        &attestation.evidence.written,
        cx,
    ) {
        // A file with nothing in it is no document, and neither is one of our own.
        Ok((item, true)) => {
            if !evidence.contains(&item) {
                evidence.push(item);
            }
            (false.into(), false.into())
        }
        Ok((item, false)) => {
            let matches = item.sha256.as_deref() == Some(attestation.evidence.sha256.as_str());
            if !evidence.contains(&item) {
                evidence.push(item);
            }
            (true.into(), matches.into())
        }
        // Proven: there is no such document, so nothing of it matches.
        Err(e) if e.is_missing() => (false.into(), false.into()),
        Err(e) => {
            let unseen = Value::unseen(e.code(), attestation.evidence.written.clone());
            (unseen.clone(), unseen)
        }
    }
}

/// The document with its hash; and does it say nothing, or is it a file that people write for this program?
fn sha256(path: &Path, shown: &str, cx: &Context) -> Result<(EvidenceItem, bool), SourceError> {
    let (folder, name) = folder_and_name(path)?;
    let source = RootFolder::open(&folder)?;
    let mut reader = Reader::new(&source, String::new(), cx.now);
    let bytes = reader.bytes(&name)?;
    let nothing = is_empty(&bytes) || is_own_form(&bytes);
    let item = reader.into_evidence().into_iter().next();
    item.map(|item| {
        let item = EvidenceItem {
            id: shown.to_owned(),
            kind: "document".into(),
            source: shown.to_owned(),
            ..item
        };
        (item, nothing)
    })
    .ok_or_else(|| SourceError::Missing(shown.to_owned()))
}

/// The folder in which a file really stands, and its path inside it. Links that lead out of our user's folder were
/// refused when the inventory was read.
pub(super) fn folder_and_name(path: &Path) -> Result<(PathBuf, String), SourceError> {
    let shown = || path.display().to_string();
    let real = std::fs::canonicalize(path).map_err(|e| {
        // ELOOP of Linux: `ErrorKind::FilesystemLoop` is not stable yet.
        const ELOOP: i32 = 40;
        let missing = [
            std::io::ErrorKind::NotFound,
            std::io::ErrorKind::NotADirectory,
        ];
        if missing.contains(&e.kind()) {
            SourceError::Missing(shown())
        } else if e.raw_os_error() == Some(ELOOP) {
            SourceError::Links(shown())
        } else {
            SourceError::Unreadable(shown(), e.to_string())
        }
    })?;
    let (Some(folder), Some(name)) = (real.parent(), real.file_name().and_then(|n| n.to_str()))
    else {
        return Err(SourceError::WrongKind(shown(), "no regular file"));
    };
    Ok((folder.to_owned(), format!("/{name}")))
}

/// The scope of an attestation that speaks for the whole company.
pub(super) const ORGANISATION: &str = "organisation";

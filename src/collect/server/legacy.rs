//! Old protocols whose own files say how they are spoken: SNMP, SMB, NFS.
//!
//! A community string is a secret: only whether it is one of the two that everybody knows becomes a fact.

use super::host::{Host, derived, reason, set, texts};
use super::plan::{Keep, Piece, Reduction, What};
use super::services::any_on;
use crate::model::{Collected, Seen, SourceError, Subject, Value};
use crate::parse::keyword::{joined_before_hash, pairs, words};

const SNMPD: &str = "/etc/snmp/snmpd.conf";
const SMB: &str = "/etc/samba/smb.conf";
const EXPORTS: &str = "/etc/exports";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    piece(SNMPD, Keep::Reduced(Reduction::Snmp), &["snmp"]),
    piece(
        "/etc/snmp/snmpd.conf.d/*.conf",
        Keep::Reduced(Reduction::Snmp),
        &["snmp"],
    ),
    piece(
        SMB,
        Keep::Lines(&[
            "server min protocol",
            "min protocol",
            "server max protocol",
            "max protocol",
            "protocol",
            "server signing",
            "map to guest",
            "guest ok",
            "public",
            "guest only",
            "include",
        ]),
        &["smb"],
    ),
    piece(EXPORTS, Keep::Lines(&["/", "\""]), &["nfs"]),
    piece(
        "/etc/exports.d/*.exports",
        Keep::Lines(&["/", "\""]),
        &["nfs"],
    ),
];

const fn piece(path: &'static str, keep: Keep, serves: &'static [&'static str]) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves,
    }
}

/// Collects the subject types `snmp`, `smb` and `nfs`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    for (kind, packages, file, read) in [
        ("snmp", &["snmpd", "net-snmp"], SNMPD, snmp as Read),
        ("smb", &["samba", "samba"], SMB, smb as Read),
        (
            "nfs",
            &["nfs-kernel-server", "nfs-utils"],
            EXPORTS,
            nfs as Read,
        ),
    ] {
        // What was taken off may leave its files behind.
        if host.has(packages) == Some(false) {
            out.saw(kind, host.without(file, packages));
            continue;
        }
        match read(host) {
            Ok(Some(subject)) => {
                out.subjects.push(subject);
                out.saw(kind, Seen::Whole);
            }
            Ok(None) => {
                let seen = match (kind, host.has(packages)) {
                    // Tools of clients come in the same package: without exports nothing is shared.
                    ("nfs", Some(true)) => Seen::Absent(format!("{file}: not there")),
                    _ => host.without(file, packages),
                };
                out.saw(kind, seen);
            }
            Err(e) => out.saw(kind, Seen::Not(reason(&e))),
        }
    }
}

type Read = fn(&mut Host<'_>) -> Result<Option<Subject>, SourceError>;

/// The words of snmpd.conf with their places.
fn snmp(host: &mut Host<'_>) -> Result<Option<Subject>, SourceError> {
    let Some(text) = host.optional(SNMPD)? else {
        return Ok(None);
    };
    let mut texts_of = vec![(SNMPD.to_owned(), text)];
    for file in host.glob("/etc/snmp/snmpd.conf.d/*.conf")? {
        let text = host.optional(&file)?.unwrap_or_default();
        texts_of.push((file, text));
    }
    let mut subject = Subject::new("snmp", "snmp");
    let (mut old, mut known) = (None, None);
    for (file, text) in &texts_of {
        for line in words(text, &['#']) {
            let word = line.keyword();
            let community = match word.as_str() {
                "rocommunity" | "rwcommunity" | "rocommunity6" | "rwcommunity6" => {
                    line.args().first()
                }
                "com2sec" | "com2sec6" => line.args().last(),
                _ => continue,
            };
            let place = (file.clone(), line.line);
            old.get_or_insert(place.clone());
            if community.is_some_and(|c| matches!(c.as_str(), "public" | "private")) {
                known.get_or_insert(place);
            }
        }
    }
    for (path, found) in [("old_versions", old), ("known_community", known)] {
        let value = found.is_some();
        let (file, line) = found.unwrap_or((SNMPD.to_owned(), 0));
        subject.put(derived(path, value, &file, line));
    }
    let on = any_on(host, &["snmpd.service"]);
    subject.put(derived("enabled", on, SNMPD, 0));
    Ok(Some(subject))
}

fn smb(host: &mut Host<'_>) -> Result<Option<Subject>, SourceError> {
    let Some(text) = host.optional(SMB)? else {
        return Ok(None);
    };
    let all = pairs::ini(&text);
    let mut subject = Subject::new("smb", "smb");
    let global: Vec<&pairs::Pair> = all
        .iter()
        .filter(|p| p.section.eq_ignore_ascii_case("global") || p.section.is_empty())
        .collect();
    let last = |keys: &[&str]| {
        let same = |p: &&&pairs::Pair| keys.iter().any(|k| p.key.eq_ignore_ascii_case(k));
        global
            .iter()
            .rev()
            .find(same)
            .map(|p| (p.value.to_ascii_lowercase(), p.line))
    };
    // Samba itself asks for SMB 2.02 since 4.11.
    let (lowest, line) =
        last(&["server min protocol", "min protocol"]).unwrap_or(("smb2_02".into(), 0));
    let old = ["core", "coreplus", "lanman1", "lanman2", "nt1", "smb1"];
    subject.put(set("min_protocol", lowest.as_str(), SMB, line));
    subject.put(derived("smb1", old.contains(&lowest.as_str()), SMB, line));
    let (signing, line) = last(&["server signing"]).unwrap_or(("default".into(), 0));
    let signed = matches!(
        signing.as_str(),
        "mandatory" | "required" | "force" | "forced" | "enforced"
    );
    subject.put(derived("signing_required", signed, SMB, line));
    let yes = |v: &str| matches!(v.to_ascii_lowercase().as_str(), "yes" | "true" | "1");
    let guests = all.iter().filter(|p| {
        ["guest ok", "public", "guest only", "only guest"]
            .contains(&p.key.to_ascii_lowercase().as_str())
            && yes(&p.value)
    });
    subject.put(derived(
        "guest_shares",
        texts(guests.map(|p| p.section.clone())),
        SMB,
        0,
    ));
    if all.iter().any(|p| p.key.eq_ignore_ascii_case("include")) {
        // What an included file says may be other.
        for path in ["smb1", "signing_required", "guest_shares"] {
            let why = Value::unseen("not-parsed", "smb.conf includes other files");
            subject.put(derived(path, why, SMB, 0));
        }
    }
    Ok(Some(subject))
}

/// `/srv 10.0.0.0/8(rw,sync) *(ro)`; without options and clients everybody may.
fn nfs(host: &mut Host<'_>) -> Result<Option<Subject>, SourceError> {
    let main = host.optional(EXPORTS)?;
    let more = host.glob("/etc/exports.d/*.exports")?;
    if main.is_none() && more.is_empty() {
        return Ok(None);
    }
    let (mut shared, mut open, mut root) = (Vec::new(), Vec::new(), Vec::new());
    let mut texts_of = vec![(EXPORTS.to_owned(), main.unwrap_or_default())];
    for file in more {
        let text = host.optional(&file)?.unwrap_or_default();
        texts_of.push((file, text));
    }
    let mut place = (EXPORTS.to_owned(), 0);
    for (file, text) in &texts_of {
        for (line, content) in joined_before_hash(text) {
            let words: Vec<&str> = content.split_whitespace().collect();
            let [path, clients @ ..] = words.as_slice() else {
                continue;
            };
            place = (file.clone(), line);
            shared.push((*path).to_owned());
            let everybody = |c: &&str| {
                let name = c.split('(').next().unwrap_or_default();
                matches!(name, "" | "*" | "0.0.0.0/0" | "::/0")
            };
            let named: Vec<&&str> = clients.iter().filter(|c| !c.starts_with('-')).collect();
            if named.is_empty() || named.iter().any(|c| everybody(c)) {
                open.push((*path).to_owned());
            }
            if clients.iter().any(|c| c.contains("no_root_squash")) {
                root.push((*path).to_owned());
            }
        }
    }
    if shared.is_empty() {
        return Ok(None);
    }
    let mut subject = Subject::new("nfs", "nfs");
    for (path, list) in [("exports", shared), ("open", open), ("root_kept", root)] {
        subject.put(derived(path, texts(list), &place.0, place.1));
    }
    Ok(Some(subject))
}

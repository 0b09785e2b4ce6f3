//! Shipping labels and their templates: which fields are printed, whose they are, how far they are hidden.
//!
//! Values of samples are looked at in memory; facts hold only classes, exposures and counts.

use std::collections::BTreeSet;
use std::path::Path;

use super::walk::{Opened, Walk};
use super::{Context, Reader};
use crate::model::{Collected, Fact, Reason, Seen, Subject, Value};
use crate::parse::{html, zpl};
use crate::privacy::masks::Exposure;
use crate::privacy::{Class, Party, values};

mod facts;
mod parts;
mod read;
mod spots;
mod words;

/// The subject types of this collector.
pub const KINDS: [&str; 3] = ["label", "label-field", "label-set"];

/// Collects the labels at `path`: one file, or a folder of them. `shown` is the path that people see.
pub fn collect(path: &Path, shown: &str, cx: &Context) -> Collected {
    let mut out = Collected::default();
    let opened = match Opened::at(path, shown) {
        Ok(opened) => opened,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let mut reader = Reader::new(&opened.root, opened.base.as_str(), cx.now);
    let files = opened.files(&reader, &is_any_label);
    let only = &opened.only;
    let Walk { files, faults } = match files {
        Ok(walk) => walk,
        Err(e) => return unseen(out, e.code(), shown),
    };
    let mut failed: Vec<Reason> = faults;
    for file in &files {
        let place = if only.is_some() {
            shown.to_owned()
        } else {
            reader.shown(&format!("/{file}"))
        };
        match label(&mut reader, file, &place) {
            Ok(subjects) => subjects.into_iter().for_each(|s| add(&mut out, s, file)),
            Err(reason) => failed.push(reason),
        }
    }
    out.evidence = reader.into_evidence();
    for item in out.evidence.iter_mut().filter(|_| only.is_some()) {
        item.id = shown.to_owned();
        item.source = shown.to_owned();
    }
    if let Some(set) = set(&out.subjects, failed.is_empty(), shown) {
        out.subjects.push(set);
    }
    sights(&mut out, failed, files.is_empty(), shown);
    out
}

/// A personal field, without its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect) struct Printed {
    pub(in crate::collect) class: Class,
    pub(in crate::collect) party: Party,
    pub(in crate::collect) exposure: Exposure,
    /// Digits hidden and shown, where they count.
    pub(in crate::collect) digits: Option<(u32, u32)>,
}

/// What a page prints of persons: class, party, exposure, digits hidden and shown. For pages that are no labels.
/// Values that `common` prints too are left out; captions that both have are kept.
pub(in crate::collect) fn read_page(page: &str, common: &str) -> Vec<Printed> {
    let common: BTreeSet<String> = html::parse(common).into_iter().map(|p| p.text).collect();
    let mut pieces = html::parse(page);
    pieces.retain(|p| !common.contains(&p.text) || values::classes(&p.text).is_empty());
    read::read(&spots::of_html(&pieces))
        .fields
        .into_iter()
        .map(|f| Printed {
            class: f.class,
            party: f.party,
            exposure: f.exposure,
            digits: f.digits,
        })
        .collect()
}

fn sights(out: &mut Collected, failed: Vec<Reason>, empty: bool, shown: &str) {
    let reason = failed
        .into_iter()
        .next()
        .or_else(|| empty.then(|| Reason::new("no-label", shown)));
    for kind in KINDS {
        out.saw(
            kind,
            match &reason {
                Some(reason) => Seen::Not(reason.clone()),
                None => Seen::Whole,
            },
        );
    }
}

fn unseen(mut out: Collected, code: &'static str, detail: &str) -> Collected {
    for kind in KINDS {
        out.saw(kind, Seen::Not(Reason::new(code, detail)));
    }
    out
}

/// Two alike carry their file.
fn add(out: &mut Collected, mut subject: Subject, file: &str) {
    let taken = |id: &str| out.subjects.iter().any(|s| &*s.id == id);
    if taken(&subject.id) {
        let id = format!("{}@{file}", subject.id);
        let id = if taken(&id) {
            (2..5000)
                .map(|n| format!("{id}#{n}"))
                .find(|t| !taken(t))
                .unwrap_or(id)
        } else {
            id
        };
        subject.id = id.into();
    }
    out.subjects.push(subject);
}

/// The subjects of one label file.
fn label(reader: &mut Reader, file: &str, place: &str) -> Result<Vec<Subject>, Reason> {
    let name = file.rsplit('/').next().unwrap_or(file);
    if !is_label(name) {
        return Err(Reason::new("unsupported-format", place));
    }
    let text = reader
        .lossy(&format!("/{file}"))
        .map_err(|e| Reason::new(e.code(), place))?;
    let looks_zpl = text.contains("^XA") || name.to_ascii_lowercase().ends_with(".zpl");
    let label = if looks_zpl {
        let parsed = zpl::parse(&text);
        if !parsed.has_label {
            return Err(Reason::new("no-label", place));
        }
        let (spots, unknown) = spots::of_zpl(&parsed);
        let mut label = read::read(&spots);
        label.unknown.extend(unknown);
        if parsed.unfinished {
            label.unknown.push("the label does not end (^XZ)".into());
        }
        label
    } else {
        read::read(&spots::of_html(&html::parse(&text)))
    };
    if label.fields.is_empty() && label.unknown.is_empty() && label.payloads.is_empty() {
        return Err(Reason::new("no-label", place));
    }
    Ok(facts::subjects(&label, name, place))
}

/// The labels together: two that hide different parts of the same field show it whole.
/// What the labels show together; `whole` where every label was read.
fn set(subjects: &[Subject], whole: bool, shown: &str) -> Option<Subject> {
    let labels = subjects.iter().filter(|s| &*s.kind == "label").count();
    if labels == 0 {
        return None;
    }
    let mut set = Subject::new("label-set", "labels");
    set.put(Fact::derived(
        "labels",
        i64::try_from(labels).unwrap_or(i64::MAX),
    ));
    let mut differing = Vec::new();
    let mut unclear = !whole;
    for name in [
        "recipient_name",
        "recipient_phone",
        "recipient_address",
        "sender_name",
        "sender_phone",
        "sender_address",
    ] {
        let mut seen: Vec<String> = Vec::new();
        for subject in subjects
            .iter()
            .filter(|s| &*s.kind == "label-field" && s.id.ends_with(&format!(".{name}")))
        {
            match subject.facts.get("exposure").map(|f| &f.value) {
                // A label that does not print the field at all gives nothing to put together.
                Some(Value::Text(t)) if t == "absent" => {}
                Some(Value::Text(t)) => seen.push(format!("{t} {}", digits(subject))),
                Some(_) | None => unclear = true,
            }
        }
        seen.sort();
        seen.dedup();
        if seen.len() > 1 {
            differing.push(Value::from(name));
        }
    }
    let same = match (labels, differing.is_empty(), unclear) {
        (1, _, _) if whole => Value::unseen("not_applicable", "one label"),
        (_, false, _) => false.into(),
        (_, true, true) => Value::unseen("ambiguous", "not every label was understood"),
        (_, true, false) => true.into(),
    };
    set.put(Fact::derived("same_exposure", same));
    set.put(Fact::derived("differing_fields", Value::list(differing)));
    set.place = Some(crate::model::Place::new(shown, 0));
    Some(set)
}

fn digits(subject: &Subject) -> String {
    match subject.facts.get("hidden_digits").map(|f| &f.value) {
        Some(Value::Int(n)) => n.to_string(),
        Some(_) | None => String::new(),
    }
}

/// A picture or PDF among the labels is one that we cannot read; style sheets and notes are none.
fn is_any_label(name: &str) -> bool {
    is_label(name) || is_other_label(name)
}

fn is_label(name: &str) -> bool {
    const ENDS: [&str; 24] = [
        ".zpl",
        ".prn",
        ".html",
        ".htm",
        ".xhtml",
        ".tpl",
        ".twig",
        ".j2",
        ".jinja",
        ".jinja2",
        ".hbs",
        ".handlebars",
        ".mustache",
        ".php",
        ".phtml",
        ".ctp",
        ".cshtml",
        ".vue",
        ".ejs",
        ".erb",
        ".liquid",
        ".jsp",
        ".njk",
        ".ftl",
    ];
    let lower = name.to_ascii_lowercase();
    ENDS.iter().any(|e| lower.ends_with(e))
}

fn is_other_label(name: &str) -> bool {
    const ENDS: [&str; 12] = [
        ".jsx", ".tsx", ".pdf", ".docx", ".xlsx", ".epl", ".tspl", ".btw", ".lbl", ".jrxml",
        ".rpt", ".nlbl",
    ];
    let lower = name.to_ascii_lowercase();
    ENDS.iter().any(|e| lower.ends_with(e))
}

#[cfg(test)]
mod tests;

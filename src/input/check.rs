//! Collects mistakes of one document at the places of its nodes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::files::{Base, PathProblem};
use super::syntax::EvidenceEntry;
use crate::model::EvidenceFile;
use crate::parse::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::parse::shape::nearest;
use crate::parse::yaml::{Document, Step};

/// A document and the mistakes found so far, in all files.
pub(super) struct Check<'a> {
    pub(super) doc: &'a Document,
    pub(super) base: &'a Base,
    pub(super) mistakes: &'a mut Diagnostics,
}

impl Check<'_> {
    /// A mistake at the node that the steps lead to.
    pub(super) fn at(&mut self, steps: &[Step<'_>], message: impl Into<String>, help: &str) {
        let help = Some(help.to_owned()).filter(|help| !help.is_empty());
        let mistake = self.doc.mistake(steps, message, help);
        self.mistakes.push(mistake);
    }

    /// A mistake at the key that the last step names.
    pub(super) fn at_key(&mut self, steps: &[Step<'_>], key: &str, message: String, help: String) {
        self.mistakes.push(Diagnostic {
            file: self.doc.file.clone(),
            source: Some(self.doc.source.clone()),
            span: Some(self.doc.key_span(steps, key)),
            message,
            help: Some(help),
        });
    }

    /// The line of a node.
    pub(super) fn line(&self, steps: &[Step<'_>]) -> u32 {
        let Span { line, .. } = self.doc.span(steps);
        line
    }

    /// The first line of the file must name a form that we read.
    pub(super) fn schema(&mut self, written: &str, wanted: &str) {
        if written != wanted {
            self.at(
                &["schema".into()],
                format!("`{written}` is not a form that this version reads here"),
                &format!("write `schema: {wanted}`"),
            );
        }
    }

    /// Where a written path stands; the mistake is told where it may not be used.
    pub(super) fn path(&mut self, steps: &[Step<'_>], written: &str) -> Option<PathBuf> {
        match self.base.resolve(written) {
            Ok(path) => Some(path),
            Err(PathProblem { message, help }) => {
                self.at(steps, message, &help);
                None
            }
        }
    }

    /// A document and its hash.
    pub(super) fn evidence(
        &mut self,
        steps: &[Step<'_>],
        written: EvidenceEntry,
    ) -> Option<EvidenceFile> {
        let path = self.path(&[steps, &["path".into()]].concat(), &written.path);
        let sha256 = written.sha256.to_ascii_lowercase();
        let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hash {
            self.at(
                &[steps, &["sha256".into()]].concat(),
                "this is no SHA-256: 64 hexadecimal digits are needed",
                "take it from `sha256sum FILE`",
            );
        }
        path.filter(|_| is_hash).map(|path| EvidenceFile {
            written: written.path,
            path,
            sha256,
        })
    }

    /// An id must be among those that are known.
    pub(super) fn known<'k>(
        &mut self,
        steps: &[Step<'_>],
        what: &str,
        id: &str,
        mut known: impl Iterator<Item = &'k str> + Clone,
    ) -> bool {
        if known.clone().any(|k| k == id) {
            return true;
        }
        let help = match nearest(id, known.by_ref()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("name a {what} that exists"),
        };
        self.at(steps, format!("there is no {what} `{id}`"), &help);
        false
    }

    /// A text that may not be blank.
    pub(super) fn not_blank(&mut self, steps: &[Step<'_>], text: &str) {
        if text.trim().is_empty() {
            self.at(steps, "this is empty", "write it out");
        }
    }

    /// Ids are names: letters, digits and a few signs, so that they can stand in paths of subjects and files.
    pub(super) fn id(&mut self, steps: &[Step<'_>], id: &str) {
        let mut chars = id.chars();
        let first = chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
        let rest = chars.all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !first || !rest || id.len() > MAX_ID {
            self.at(
                steps,
                format!("`{id}` is no id"),
                "use letters a–z, digits, `-`, `_` and `.`, at most 64 of them",
            );
        } else if RESERVED.contains(&id) {
            self.at(
                steps,
                format!("`{id}` has a meaning of its own"),
                "choose another id",
            );
        }
    }
}

/// Ids that stand once, with the place of the first.
#[derive(Debug, Default)]
pub(super) struct Unique(BTreeMap<String, (String, u32)>);

impl Unique {
    /// Tells a mistake where the id stood before.
    pub(super) fn add(&mut self, check: &mut Check<'_>, steps: &[Step<'_>], id: &str) {
        let here = (check.doc.file.to_string(), check.line(steps));
        if let Some((file, line)) = self.0.get(id) {
            let message = format!("`{id}` stands twice (first in {file}:{line})");
            check.at(steps, message, "give each an id of its own");
        } else {
            self.0.insert(id.to_owned(), here);
        }
    }
}

const MAX_ID: usize = 64;

/// The pseudo-system of duties that bind once, the scope of attestations for the whole company, and what the inventory says of itself.
const RESERVED: [&str; 3] = ["org", "organisation", "inventory"];

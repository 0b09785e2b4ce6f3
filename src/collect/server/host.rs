//! The host as the parts of the collector see it: files, packages, units, patterns of paths.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::collect::Reader;
use crate::model::{
    Day, EntryKind, EvidenceItem, Fact, Place, Reason, Seen, Source, SourceError, Value,
};
use crate::parse::keyword::dpkg::{self, Package};
use crate::parse::keyword::sshd::fits;

/// Where dpkg keeps its record.
pub(super) const DPKG_STATUS: &str = "/var/lib/dpkg/status";

/// How many paths one pattern may lead to.
const MAX_PATHS: usize = 1000;

/// A host that is read.
pub(super) struct Host<'a> {
    reader: Reader<'a>,
    packages: Result<BTreeMap<String, Package>, SourceError>,
    /// The day of collecting.
    pub(super) today: Day,
}

impl<'a> Host<'a> {
    /// Reads the packages first: they prove what is not there.
    pub(super) fn new(source: &'a dyn Source, now: Timestamp) -> Self {
        let mut reader = Reader::new(source, "", now);
        let packages = reader.lossy(DPKG_STATUS).map(|text| {
            dpkg::installed(&text)
                .into_iter()
                .map(|p| (p.name.clone(), p))
                .collect()
        });
        // A record without a single package is no record of a host.
        let packages = match packages {
            Ok(all) if BTreeMap::is_empty(&all) => Err(SourceError::Unreadable(
                DPKG_STATUS.into(),
                "names no installed package".into(),
            )),
            other => other,
        };
        Self {
            reader,
            packages,
            today: Day::of(now),
        }
    }

    /// The text of a file whose encoding does not matter.
    pub(super) fn text(&mut self, path: &str) -> Result<String, SourceError> {
        self.reader.lossy(path)
    }

    /// The text of a file, `None` where it is proven not to be there.
    pub(super) fn optional(&mut self, path: &str) -> Result<Option<String>, SourceError> {
        match self.reader.lossy(path) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.is_missing() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// The installed packages.
    pub(super) fn packages(&self) -> Result<&BTreeMap<String, Package>, SourceError> {
        self.packages.as_ref().map_err(Clone::clone)
    }

    /// Is one of these packages installed? `None` where that cannot be told.
    pub(super) fn has(&self, names: &[&str]) -> Option<bool> {
        let packages = self.packages.as_ref().ok()?;
        Some(names.iter().any(|n| packages.contains_key(*n)))
    }

    /// The version of an installed package.
    pub(super) fn version(&self, name: &str) -> Option<&str> {
        let package = self.packages.as_ref().ok()?.get(name)?;
        Some(package.version.as_str())
    }

    /// What to say where the files of a program are not there: absent where no package of it is installed either.
    pub(super) fn without(&self, files: &str, packages: &[&str]) -> Seen {
        match (&self.packages, self.has(packages)) {
            (Ok(_), Some(false)) => {
                Seen::Absent(format!("{files}; {DPKG_STATUS}: {}", packages.join(", ")))
            }
            (Ok(_), Some(true) | None) => Seen::Not(Reason::new("missing", files)),
            (Err(e), _) => Seen::Not(Reason::new("unreadable", format!("{files}; {e}"))),
        }
    }

    /// Does anything stand at this path? `None` where that cannot be told.
    pub(super) fn exists(&self, path: &str) -> Option<bool> {
        match self.reader.stat(path) {
            Ok(_) => Some(true),
            Err(e) if e.is_missing() => Some(false),
            Err(_) => None,
        }
    }

    /// Names in a folder; none where it is not there.
    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        match self.reader.list(folder) {
            Ok(entries) => Ok(entries.into_iter().map(|e| e.name).collect()),
            Err(e) if e.is_missing() => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    /// The paths that fit a pattern with `*` and `?`, sorted.
    pub(super) fn glob(&self, pattern: &str) -> Result<Vec<String>, SourceError> {
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|p| !p.is_empty()) {
            let mut next = Vec::new();
            for path in &paths {
                if !part.contains(['*', '?']) {
                    next.push(format!("{path}/{part}"));
                    continue;
                }
                for name in self.names(if path.is_empty() { "/" } else { path })? {
                    if fits(&name, part) && (!name.starts_with('.') || part.starts_with('.')) {
                        next.push(format!("{path}/{name}"));
                    }
                }
            }
            next.truncate(MAX_PATHS);
            paths = next;
        }
        if !pattern.contains(['*', '?']) {
            return Ok(paths);
        }
        Ok(paths
            .into_iter()
            .filter(|p| self.exists(p) != Some(false))
            .collect())
    }

    /// Files of a drop-in folder chain: of files of the same name the one in the first folder counts; sorted by name.
    pub(super) fn drop_ins(
        &self,
        folders: &[&str],
        suffix: &str,
    ) -> Result<Vec<String>, SourceError> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for folder in folders {
            for name in self.names(folder)? {
                if name.ends_with(suffix) && !name.starts_with('.') {
                    let path = format!("{folder}/{name}");
                    files.entry(name).or_insert(path);
                }
            }
        }
        Ok(files.into_values().collect())
    }

    /// Is one of these units switched on? `None` where systemd's links are not there to tell.
    pub(super) fn unit_on(&self, units: &[&str]) -> Option<bool> {
        const SYSTEM: &str = "/etc/systemd/system";
        let mut told = false;
        for name in self.names(SYSTEM).ok()? {
            let path = format!("{SYSTEM}/{name}");
            if name.ends_with(".wants") || name.ends_with(".requires") {
                told = true;
                let on = self.names(&path).ok()?;
                if units
                    .iter()
                    .any(|u| on.iter().any(|o| o == u) && !self.masked(u))
                {
                    return Some(true);
                }
            }
        }
        told.then_some(false)
    }

    /// A link to `/dev/null` in `/etc/systemd/system` switches a unit off for good.
    fn masked(&self, unit: &str) -> bool {
        self.reader
            .list("/etc/systemd/system")
            .unwrap_or_default()
            .iter()
            .any(|e| {
                e.name == unit
                    && e.kind == EntryKind::Other
                    && self
                        .exists(&format!("/lib/systemd/system/{unit}"))
                        .unwrap_or(true)
            })
    }

    /// What was read.
    pub(super) fn into_evidence(self) -> Vec<EvidenceItem> {
        self.reader.into_evidence()
    }
}

/// A value that an error hides.
pub(super) fn unseen(error: &SourceError) -> Value {
    Value::unseen(error.code(), error.to_string())
}

/// A reason that an error gives.
pub(super) fn reason(error: &SourceError) -> Reason {
    Reason::new(error.code(), error.to_string())
}

/// A list of texts.
pub(super) fn texts<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Value {
    Value::list(items.into_iter().map(|t| Value::Text(t.into())))
}

/// A number, or why it is none.
pub(super) fn number(value: &str) -> Value {
    match value.trim().parse::<i64>() {
        Ok(n) => Value::Int(n),
        Err(_) => Value::unseen("not-a-number", "not a whole number"),
    }
}

/// A fact of a line of a file.
pub(super) fn set(path: &str, value: impl Into<Value>, file: &str, line: u32) -> Fact {
    Fact::set(path, value).at(Place::new(file, line))
}

/// A fact concluded from a file.
pub(super) fn derived(path: &str, value: impl Into<Value>, file: &str, line: u32) -> Fact {
    Fact::derived(path, value).at(Place::new(file, line))
}

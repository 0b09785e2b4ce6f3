//! The host as the parts of the collector see it: files, packages, units, patterns of paths.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::collect::Reader;
use crate::model::{
    Command, Day, Entry, EntryKind, EvidenceItem, Fact, FactPath, Output, Place, Reason, Seen,
    Source, SourceError, Value,
};
use crate::parse::keyword::sshd::fits;

pub(super) use super::record::DPKG_STATUS;
use super::record::{self, Package, Record};

/// Where an administrator switches units on and off.
const SYSTEM: &str = "/etc/systemd/system";

/// Where packages bring their units; one is a link to the other on most hosts.
const SHIPPED: [&str; 2] = ["/usr/lib/systemd/system", "/lib/systemd/system"];

/// Links to scripts of SysV, which systemd starts as well.
const OLDER: [&str; 2] = ["/etc/rc3.d", "/etc/rc5.d"];

/// How many paths one pattern may lead to.
const MAX_PATHS: usize = 1000;

/// A host that is read.
pub(super) struct Host<'a> {
    reader: Reader<'a>,
    packages: Result<Record, SourceError>,
    /// The day of collecting.
    pub(super) today: Day,
}

impl<'a> Host<'a> {
    /// Reads the packages first: they prove what is not there.
    pub(super) fn new(source: &'a dyn Source, now: Timestamp) -> Self {
        let mut reader = Reader::new(source, "", now);
        let packages = record::read(&mut reader);
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

    /// The bytes of a file that is no text.
    pub(super) fn bytes(&mut self, path: &str) -> Result<Vec<u8>, SourceError> {
        self.reader.bytes(path)
    }

    /// The text of a file, `None` where it is proven not to be there.
    pub(super) fn optional(&mut self, path: &str) -> Result<Option<String>, SourceError> {
        match self.reader.lossy(path) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.is_missing() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// What a command says on the live host. An exit status other than 0 is an error.
    ///
    /// # Errors
    /// As [`Source::run`]; [`SourceError::NotLive`] for a folder of files, where it was not asked.
    pub(super) fn run(&mut self, command: &'static Command) -> Result<String, SourceError> {
        let output = self.reader.run(command)?;
        if output.status == 0 {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(SourceError::Failed(command.shown(), output.status))
        }
    }

    /// The record of the packages.
    pub(super) fn record(&self) -> Result<&Record, SourceError> {
        self.packages.as_ref().map_err(Clone::clone)
    }

    /// Where the packages are recorded.
    pub(super) fn record_place(&self) -> &str {
        self.packages.as_ref().map_or(DPKG_STATUS, |r| &r.place)
    }

    /// What the first of some commands says that the host has: programs stand in other folders on other systems.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub(super) fn run_first(
        &mut self,
        commands: &[&'static Command],
    ) -> Result<(String, &'static Command), SourceError> {
        let mut last = Err(SourceError::Missing("command".into()));
        for command in commands {
            last = self.run(command).map(|text| (text, *command));
            if !matches!(&last, Err(e) if e.is_missing()) {
                break;
            }
        }
        last
    }

    /// The entries of a folder; none where it is not there.
    pub(super) fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceError> {
        match self.reader.list(folder) {
            Ok(entries) => Ok(entries),
            Err(e) if e.is_missing() => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    /// The installed packages.
    pub(super) fn packages(&self) -> Result<&BTreeMap<String, Package>, SourceError> {
        self.record().map(|r| &r.all)
    }

    /// Is one of these packages installed? `None` where that cannot be told.
    pub(super) fn has(&self, names: &[&str]) -> Option<bool> {
        let record = self.packages.as_ref().ok()?;
        Some(names.iter().any(|n| record.all.contains_key(*n)))
    }

    /// The version of an installed package.
    pub(super) fn version(&self, name: &str) -> Option<&str> {
        let package = self.packages.as_ref().ok()?.all.get(name)?;
        Some(package.version.as_str())
    }

    /// What to say where the files of a program are not there: absent where no package of it is installed either.
    pub(super) fn without(&self, files: &str, packages: &[&str]) -> Seen {
        match (&self.packages, self.has(packages)) {
            (Ok(record), Some(false)) => {
                let place = &record.place;
                Seen::Absent(format!("{files}; {place}: {}", packages.join(", ")))
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

    /// What stands at a path.
    pub(super) fn entry(&self, path: &str) -> Result<Entry, SourceError> {
        self.reader.stat(path)
    }

    /// The entries of a folder, which must be there.
    pub(super) fn listing(&self, folder: &str) -> Result<Vec<Entry>, SourceError> {
        self.reader.list(folder)
    }

    /// What a command says on the live host, whatever its exit status.
    pub(super) fn output(&mut self, command: &'static Command) -> Result<Output, SourceError> {
        self.reader.run(command)
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
                if !part.contains(['*', '?', '[']) {
                    next.push(format!("{path}/{part}"));
                    continue;
                }
                let mut names = self.names(if path.is_empty() { "/" } else { path })?;
                fitting(part, &mut names)?;
                names.retain(|name| !name.starts_with('.') || part.starts_with('.'));
                next.extend(names.iter().map(|name| format!("{path}/{name}")));
            }
            // What is left out could say anything.
            if next.len() > MAX_PATHS {
                let what = format!("more than {MAX_PATHS} paths");
                return Err(SourceError::Unreadable(pattern.to_owned(), what));
            }
            paths = next;
        }
        if !pattern.contains(['*', '?', '[']) {
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

    /// Is one of these units switched on? A link of its name in a `.wants` folder or an alias proves it (where the
    /// link leads is no matter); no link although the folders could be read proves that it is off. The state that
    /// deb-systemd-helper keeps proves nothing: `systemctl disable` leaves it as it is.
    pub(super) fn unit_on(&self, units: &[&str]) -> Value {
        let mut wanted = self.wanted();
        let own = match self.reader.list(SYSTEM) {
            Ok(entries) => entries,
            // Nothing masks a unit there, but what switches it on is not there either.
            Err(e) if e.is_missing() => {
                wanted.1 = Some(e);
                Vec::new()
            }
            Err(e) => return Value::unseen("ambiguous", e.to_string()),
        };
        let mut answers: Vec<Value> = Vec::new();
        for unit in units {
            let entry = own.iter().find(|e| e.name == *unit);
            let shipped = || SHIPPED.map(|f| self.exists(&format!("{f}/{unit}")));
            answers.push(match (entry.map(|e| (e.kind, e.link, e.size)), &wanted) {
                // A link to `/dev/null` or an empty file masks the unit; a link that leads nowhere may be an alias.
                (Some((EntryKind::Other, _, _)), _) if shipped().contains(&Some(true)) => {
                    Value::Bool(false)
                }
                (Some((EntryKind::Other, _, _)), _) => {
                    Value::unseen("ambiguous", format!("{SYSTEM}/{unit}: a mask or an alias"))
                }
                (Some((EntryKind::File, _, 0)), _) => Value::Bool(false),
                (_, (names, _)) if names.contains(*unit) => Value::Bool(true),
                (Some((EntryKind::File, true, _)), _) if shipped() == [Some(false); 2] => {
                    Value::Bool(true)
                }
                (_, (_, Some(e))) => Value::unseen("ambiguous", e.to_string()),
                (_, (_, None)) => Value::Bool(false),
            });
        }
        answers
            .into_iter()
            .min_by_key(certainty)
            .unwrap_or(Value::Bool(false))
    }

    /// Did an administrator mask this unit: by a link to `/dev/null`, or an empty file?
    pub(super) fn masked(&self, unit: &str) -> Result<bool, SourceError> {
        let own = self.entries(SYSTEM)?;
        let masks = |e: &&Entry| match e.kind {
            EntryKind::Other => true,
            EntryKind::File => e.size == 0,
            EntryKind::Folder => false,
        };
        Ok(own.iter().filter(masks).any(|e| e.name == unit))
    }

    /// The units that links in `.wants` and `.requires` folders name, and the first folder that cannot be read.
    pub(super) fn wanted(&self) -> (BTreeSet<String>, Option<SourceError>) {
        let (mut all, mut error) = (BTreeSet::new(), None);
        for folder in [SYSTEM].iter().chain(&SHIPPED) {
            let names = self.names(folder).unwrap_or_else(|e| {
                error.get_or_insert(e);
                Vec::new()
            });
            let wants = |n: &&String| n.ends_with(".wants") || n.ends_with(".requires");
            for name in names.iter().filter(wants) {
                match self.names(&format!("{folder}/{name}")) {
                    Ok(units) => all.extend(units),
                    Err(e) => _ = error.get_or_insert(e),
                }
            }
        }
        for folder in OLDER {
            match self.names(folder) {
                Ok(links) => all.extend(links.iter().filter_map(|link| self.of_script(link))),
                Err(e) => _ = error.get_or_insert(e),
            }
        }
        (all, error)
    }

    /// The unit that systemd makes of a link `S20name` to an older script, where no unit of its name is there.
    fn of_script(&self, link: &str) -> Option<String> {
        let rest = link.strip_prefix('S')?;
        let name = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let name = name.strip_suffix(".sh").unwrap_or(name);
        if name.is_empty() || name.len() == rest.len() {
            return None;
        }
        let unit = format!("{name}.service");
        let mut folders = [SYSTEM].into_iter().chain(SHIPPED);
        let there = folders.any(|f| self.exists(&format!("{f}/{unit}")) != Some(false));
        (!there).then_some(unit)
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

/// What is on comes before what may be, and that before what is off.
pub(super) fn certainty(on: &Value) -> u8 {
    if *on == Value::Bool(true) {
        0
    } else if matches!(on, Value::Unseen(_)) {
        1
    } else {
        2
    }
}

/// Do both hold? What is proven not to hold counts before what cannot be told.
pub(super) fn both(a: Value, b: Value) -> Value {
    match (&a, &b) {
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        (Value::Bool(true), _) => b,
        _other => a,
    }
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
pub(super) fn set(
    path: impl Into<FactPath>,
    value: impl Into<Value>,
    file: &str,
    line: u32,
) -> Fact {
    Fact::set(path, value).at(Place::new(file, line))
}

/// A fact concluded from a file.
pub(super) fn derived(path: &'static str, value: impl Into<Value>, file: &str, line: u32) -> Fact {
    Fact::derived(path, value).at(Place::new(file, line))
}

/// Keeps the names that a part of a pattern means; sets of letters in brackets as glob(3) has them.
fn fitting(part: &str, names: &mut Vec<String>) -> Result<(), SourceError> {
    if !part.contains('[') {
        names.retain(|name| fits(name, part));
        return Ok(());
    }
    let glob = globset::GlobBuilder::new(part)
        .literal_separator(true)
        .build()
        .map_err(|e| SourceError::Unreadable(part.to_owned(), e.to_string()))?
        .compile_matcher();
    names.retain(|name| glob.is_match(name));
    Ok(())
}

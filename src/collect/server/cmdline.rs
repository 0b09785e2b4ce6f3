//! The command line that the boot loader will hand to the kernel.
//!
//! Entries of the Boot Loader Specification (RHEL from 8 on, systemd-boot) are what boots, where the host has them. Else
//! it is what grub-mkconfig makes of its own file, which is read by a shell: later lines count, and may take up what
//! earlier ones said.

use std::collections::BTreeMap;

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Place, SourceError};
use crate::parse::keyword::{joined_without, pairs};

const GRUB: &str = "/etc/default/grub";
const DROP_INS: &str = "/etc/default/grub.d/*.cfg";
/// What kernel-install puts into the entries of new kernels.
const KERNEL: &str = "/etc/kernel/cmdline";
const ENTRIES: &str = "/boot/loader/entries/*.conf";
/// Holds the variables that entries name.
const ENVIRONMENT: &str = "/boot/grub2/grubenv";

/// In the order in which GRUB puts them together.
const OWN: [&str; 2] = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"];
const BLS: &str = "GRUB_ENABLE_BLSCFG";

/// What this part reads.
pub(super) const PIECES: &[Piece] = &[
    file(GRUB, ASSIGNED),
    file(DROP_INS, ASSIGNED),
    file(KERNEL, Keep::Reduced(Reduction::Masked)),
    file(ENTRIES, Keep::Lines(&["options"])),
    file(ENVIRONMENT, Keep::Lines(&["kernelopts=", "tuned_"])),
];

const ASSIGNED: Keep = Keep::Lines(&["GRUB_CMDLINE_LINUX", "export GRUB_CMDLINE", BLS]);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["kernel", "auditd", "lsm", "drift"],
    }
}

/// One command line that may be booted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its words, in order: of two with the same name the kernel takes the later.
    pub(super) words: Vec<String>,
    /// Where it is written.
    pub(super) place: Place,
}

/// Every command line that may be booted, at least one.
///
/// # Errors
/// [`SourceError::Missing`] where the host has none of these files: another loader, or none.
pub(super) fn saved(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    let grub = grub(host)?;
    if grub.as_ref().is_none_or(|g| g.entries) {
        let entries = entries(host)?;
        if !entries.is_empty() {
            return Ok(entries);
        }
        if let Some(text) = host.optional(KERNEL)? {
            let words = text.split_whitespace().map(str::to_owned).collect();
            let place = Place::new(KERNEL, 1);
            return Ok(vec![Line { words, place }]);
        }
    }
    match grub {
        Some(grub) => Ok(vec![grub.line]),
        None => Err(SourceError::Missing(GRUB.to_owned())),
    }
}

/// The options of each entry; several lines of them go together.
fn entries(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    let mut lines = Vec::new();
    let mut variables: Option<BTreeMap<String, String>> = None;
    for path in host.glob(ENTRIES)? {
        let Some(text) = host.optional(&path)? else {
            continue;
        };
        let mut line = Line {
            words: Vec::new(),
            place: Place::new(path.as_str(), 0),
        };
        for (number, content) in joined_without(&text, &['#']) {
            let Some(("options", options)) = content.trim().split_once(char::is_whitespace) else {
                continue;
            };
            if options.contains('$') && variables.is_none() {
                let Some(text) = host.optional(ENVIRONMENT)? else {
                    let why = format!("not there, and {path} takes words from it");
                    return Err(SourceError::Unreadable(ENVIRONMENT.to_owned(), why));
                };
                let all = pairs::equals(&text);
                variables = Some(all.into_iter().map(|p| (p.key, p.value)).collect());
            }
            // What tuned did not set is empty; grub.cfg may give others a value of its own.
            let of = |name: &str| {
                let set = variables.as_ref()?.get(name).cloned();
                set.or_else(|| name.starts_with("tuned_").then(String::new))
            };
            let Some(options) = expanded(options, of) else {
                let why = format!("line {number}: a variable that {ENVIRONMENT} does not set");
                return Err(SourceError::Unreadable(path, why));
            };
            line.words
                .extend(options.split_whitespace().map(str::to_owned));
            line.place.line = number;
        }
        // A kernel that brings its own words (a unified image) has none here.
        if line.place.line == 0 {
            let why = "no line of options".to_owned();
            return Err(SourceError::Unreadable(path, why));
        }
        lines.push(line);
    }
    Ok(lines)
}

/// What grub-mkconfig reads.
struct Grub {
    line: Line,
    /// Does it leave the command line to entries, where there are any?
    entries: bool,
}

fn grub(host: &mut Host<'_>) -> Result<Option<Grub>, SourceError> {
    let Some(text) = host.optional(GRUB)? else {
        return Ok(None);
    };
    let mut values = BTreeMap::new();
    let mut place = Place::new(GRUB, 0);
    assign(GRUB, &text, &mut values, &mut place)?;
    for path in host.glob(DROP_INS)? {
        let text = host.optional(&path)?.unwrap_or_default();
        assign(&path, &text, &mut values, &mut place)?;
    }
    let words = OWN
        .iter()
        .filter_map(|name| values.get(*name))
        .flat_map(|value| value.split_whitespace().map(str::to_owned))
        .collect();
    Ok(Some(Grub {
        line: Line { words, place },
        entries: values.get(BLS).is_none_or(|v| v != "false"),
    }))
}

/// Runs the assignments of a file as a shell does.
fn assign(
    path: &str,
    text: &str,
    values: &mut BTreeMap<String, String>,
    place: &mut Place,
) -> Result<(), SourceError> {
    for (number, content) in joined_without(text, &['#']) {
        let content = content.trim();
        let content = content.strip_prefix("export ").unwrap_or(content);
        let Some((name, rest)) = content.split_once('=') else {
            continue;
        };
        let (name, adds) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !OWN.contains(&name) && name != BLS {
            continue;
        }
        let not_read = || {
            let why = format!("line {number}: {name} is not a plain text");
            SourceError::Unreadable(path.to_owned(), why)
        };
        let rest = expanded(rest, |name| values.get(name).cloned()).ok_or_else(not_read)?;
        let mut words = shlex::split(&rest).ok_or_else(not_read)?.into_iter();
        let value = words.next().unwrap_or_default();
        let whole = match values.get(name).filter(|_| adds) {
            Some(before) => format!("{before}{value}"),
            None => value,
        };
        values.insert(name.to_owned(), whole);
        if name != BLS {
            *place = Place::new(path, number);
        }
    }
    Ok(())
}

/// With the value of each `$name` and `${name}` in its place; `None` where one has none, or a program would be run.
fn expanded(text: &str, of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, left) = match after.strip_prefix('{') {
            Some(inner) => inner.split_once('}')?,
            None => after.split_at(
                after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len()),
            ),
        };
        out.push_str(&of(name)?);
        rest = left;
    }
    out.push_str(rest);
    (!out.contains('`')).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grub(files: &[&str]) -> Option<Vec<String>> {
        let (mut values, mut place) = (BTreeMap::new(), Place::new(GRUB, 0));
        for text in files {
            assign(GRUB, text, &mut values, &mut place).ok()?;
        }
        let all = OWN.iter().filter_map(|n| values.get(*n));
        Some(
            all.flat_map(|v| v.split(' ').map(str::to_owned))
                .filter(|w| !w.is_empty())
                .collect(),
        )
    }

    #[test]
    fn later_lines_take_up_earlier_ones() {
        let first = "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet nokaslr\" # for now\n";
        let cloud = "GRUB_CMDLINE_LINUX_DEFAULT=\"${GRUB_CMDLINE_LINUX_DEFAULT} console=ttyS0\"\n";
        assert_eq!(
            grub(&[first, cloud]).unwrap(),
            ["quiet", "nokaslr", "console=ttyS0"]
        );
        assert_eq!(
            grub(&[
                "GRUB_CMDLINE_LINUX='a'\n",
                "GRUB_CMDLINE_LINUX+=\" audit=0\"\n"
            ])
            .unwrap(),
            ["a", "audit=0"]
        );
        assert_eq!(
            grub(&["GRUB_CMDLINE_LINUX=\"audit=1\"\n", "GRUB_CMDLINE_LINUX=\n"]).unwrap(),
            [""; 0]
        );
    }

    #[test]
    fn what_a_shell_alone_knows_is_not_guessed() {
        for text in ["\"$(cat /x)\"", "\"$OTHER\"", "`cat /x`", "\"open"] {
            assert_eq!(
                grub(&[&format!("GRUB_CMDLINE_LINUX={text}\n")]),
                None,
                "{text}"
            );
        }
    }
}

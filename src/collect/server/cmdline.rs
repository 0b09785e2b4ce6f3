//! The command line that the boot loader will hand to the kernel.
//!
//! Entries of the Boot Loader Specification (RHEL from 8 on, systemd-boot) are what boots, where the host has them. Else
//! it is what stands in `grub.cfg`, and from the next `update-grub` on what grub-mkconfig makes of its own file, which is
//! read by a shell: later lines count, and may take up what earlier ones said. Both are lines that may be booted: who
//! mends the one and forgets the other has not mended the host.

use std::collections::BTreeMap;

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{Place, SourceError};
use crate::parse::keyword::{joined_without, pairs};

const GRUB: &str = "/etc/default/grub";
const DROP_INS: &str = "/etc/default/grub.d/*.cfg";
/// What kernel-install puts into the entries of new kernels.
const KERNEL: &str = "/etc/kernel/cmdline";
/// Where the system's own partition of the loader is mounted.
const ENTRIES: [&str; 3] = [
    "/boot/loader/entries/*.conf",
    "/boot/efi/loader/entries/*.conf",
    "/efi/loader/entries/*.conf",
];
/// Kernels that bring their own words.
const UNIFIED: [&str; 3] = ["/boot/EFI/Linux", "/boot/efi/EFI/Linux", "/efi/EFI/Linux"];
/// What GRUB reads when the host starts.
const WRITTEN: [&str; 3] = [
    "/boot/grub/grub.cfg",
    "/boot/grub2/grub.cfg",
    "/boot/efi/EFI/*/grub.cfg",
];
/// One line each, on small boards.
const BOARDS: [&str; 2] = ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt"];
/// Lines of `append`.
const SYSLINUX: [&str; 3] = [
    "/boot/extlinux/extlinux.conf",
    "/boot/extlinux.conf",
    "/boot/syslinux/syslinux.cfg",
];
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
    file(ENTRIES[0], OPTIONS),
    file(ENTRIES[1], OPTIONS),
    file(ENTRIES[2], OPTIONS),
    folder(UNIFIED[0]),
    folder(UNIFIED[1]),
    folder(UNIFIED[2]),
    file(WRITTEN[0], LINUX),
    file(WRITTEN[1], LINUX),
    file(WRITTEN[2], LINUX),
    file(BOARDS[0], Keep::Reduced(Reduction::Masked)),
    file(BOARDS[1], Keep::Reduced(Reduction::Masked)),
    file(SYSLINUX[0], APPEND),
    file(SYSLINUX[1], APPEND),
    file(SYSLINUX[2], APPEND),
    file(ENVIRONMENT, Keep::Lines(&["kernelopts=", "tuned_"])),
];

const OPTIONS: Keep = Keep::Lines(&["options"]);
/// With what asks for a password; the hash behind it stays on the host.
const LINUX: Keep = Keep::Lines(&["linux", "password_pbkdf2"]);
const APPEND: Keep = Keep::Lines(&["append"]);
const ASSIGNED: Keep = Keep::Lines(&["GRUB_CMDLINE_LINUX", "export GRUB_CMDLINE", BLS]);

const fn file(path: &'static str, keep: Keep) -> Piece {
    Piece {
        what: What::File { path, keep },
        serves: &["kernel", "auditd", "lsm", "drift"],
    }
}

const fn folder(path: &'static str) -> Piece {
    Piece {
        what: What::Folder(path),
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

impl Line {
    fn of(text: &str, place: Place) -> Self {
        let words = text.split_whitespace().map(str::to_owned).collect();
        Self { words, place }
    }

    /// Is it the one that an administrator chooses to mend the host?
    pub(super) fn mends(&self) -> bool {
        let says = |w: &String| w == "single" || w == "recovery";
        self.words.iter().any(says)
    }
}

/// Every command line that may be booted, at least one.
///
/// # Errors
/// [`SourceError::Missing`] where the host has none of these files: another loader, or none.
pub(super) fn saved(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    let grub = grub(host)?;
    for folder in UNIFIED {
        let names = host.names(folder)?;
        if let Some(name) = names.iter().find(|n| n.ends_with(".efi")) {
            let why = "a kernel that brings its own words".to_owned();
            return Err(SourceError::Unreadable(format!("{folder}/{name}"), why));
        }
    }
    let mut lines = match grub.as_ref().and_then(|g| g.entries) {
        Some(false) => Vec::new(),
        Some(true) | None => entries(host)?,
    };
    // Where nobody says which loader boots, all that one of them may boot counts.
    let by_entries = grub.as_ref().is_none_or(|g| g.entries == Some(true));
    if by_entries && !lines.is_empty() {
        return Ok(lines);
    }
    if by_entries && let Some(text) = host.optional(KERNEL)? {
        return Ok(vec![Line::of(&text, Place::new(KERNEL, 1))]);
    }
    lines.extend(written(host)?);
    lines.extend(grub.map(|g| g.line));
    if lines.is_empty() {
        lines = others(host)?;
    }
    match lines.is_empty() {
        true => Err(SourceError::Missing(GRUB.to_owned())),
        false => Ok(lines),
    }
}

/// The kernels that `grub.cfg` starts.
fn written(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    let mut lines = Vec::new();
    for pattern in WRITTEN {
        for path in host.glob(pattern)? {
            let Some(text) = host.optional(&path)? else {
                continue;
            };
            for (number, content) in joined_without(&text, &['#']) {
                let mut words = content.split_whitespace();
                let command = words.next().unwrap_or_default();
                if !["linux", "linux16", "linuxefi"].contains(&command) {
                    continue;
                }
                // The kernel itself comes first.
                let rest: Vec<&str> = words.skip(1).collect();
                // Ubuntu's own word for the splash.
                let of = |name: &str| (name == "vt_handoff").then(String::new);
                let Some(rest) = expanded(&rest.join(" "), of) else {
                    let why = format!("line {number}: a variable that is set when the host starts");
                    return Err(SourceError::Unreadable(path, why));
                };
                lines.push(Line::of(&rest, Place::new(path.as_str(), number)));
            }
        }
    }
    Ok(lines)
}

/// What other loaders hand over.
fn others(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    for path in BOARDS {
        if let Some(text) = host.optional(path)? {
            return Ok(vec![Line::of(&text, Place::new(path, 1))]);
        }
    }
    let mut lines = Vec::new();
    for path in SYSLINUX {
        let text = host.optional(path)?.unwrap_or_default();
        for (number, content) in joined_without(&text, &['#']) {
            let content = content.trim();
            let split = content.split_once(char::is_whitespace);
            if let Some((word, rest)) = split
                && word.eq_ignore_ascii_case("append")
            {
                lines.push(Line::of(rest, Place::new(path, number)));
            }
        }
    }
    Ok(lines)
}

/// The options of each entry; several lines of them go together.
fn entries(host: &mut Host<'_>) -> Result<Vec<Line>, SourceError> {
    let mut lines = Vec::new();
    let mut variables: Option<BTreeMap<String, String>> = None;
    let mut paths = Vec::new();
    for pattern in ENTRIES {
        paths.extend(host.glob(pattern)?);
    }
    for path in paths {
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
    /// Does it say whether it leaves the command line to entries?
    entries: Option<bool>,
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
        entries: values.get(BLS).map(|v| v != "false"),
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

//! The command line that starts sshd: its options count before every file, and `-f` names another one.
//!
//! They stand in the unit with its drop-ins and in the files of variables that it names: `SSHD_OPTS` of Debian, `OPTIONS`
//! of RHEL, and the algorithms that RHEL 8 takes from the system's policy (from RHEL 9 on the policy is an included file).

use std::collections::BTreeMap;

use super::super::host::Host;
use super::defaults::canonical;
use super::lines::Setting;
use crate::model::{EntryKind, Place, SourceError};
use crate::parse::keyword::{joined_without, pairs, sshd};

/// `CRYPTO_POLICY='-oCiphers=… -oMACs=…'`.
pub(super) const POLICY: &str = "/etc/crypto-policies/back-ends/opensshserver.config";
/// `OPTIONS=`, and an empty `CRYPTO_POLICY=` of those who do not want the policy.
pub(super) const SYSCONFIG: &str = "/etc/sysconfig/sshd";
/// `SSHD_OPTS=`.
pub(super) const DEFAULT: &str = "/etc/default/ssh";

const UNITS: [&str; 2] = ["ssh.service", "sshd.service"];

/// In this order a folder hides what has the same name in those after it.
const FOLDERS: [&str; 4] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// How packages start sshd, where the unit itself is not there.
const START: &str = "/usr/sbin/sshd -D $SSHD_OPTS $OPTIONS $CRYPTO_POLICY";

/// Options of sshd that take a value.
const WITH_VALUE: &str = "CEbcfghkopu";

/// What the command line says.
#[derive(Default)]
pub(super) struct Options {
    /// In order.
    pub(super) settings: Vec<Setting>,
    /// Options that sshd cannot read.
    pub(super) broken: Vec<(Place, String)>,
    /// `-f`.
    pub(super) file: Option<String>,
    /// `-p`: the ports of the files do not count.
    pub(super) ports: bool,
}

/// The line that starts sshd with the variables that it may use.
struct Unit {
    start: String,
    place: Place,
    files: Vec<String>,
    variables: BTreeMap<String, (String, Place)>,
}

/// The options of the command line.
///
/// # Errors
/// Where something that may hold options cannot be read or understood.
pub(super) fn read(host: &mut Host<'_>) -> Result<Options, SourceError> {
    let mut unit = unit(host)?;
    for path in std::mem::take(&mut unit.files) {
        let Some(text) = host.optional(&path)? else {
            continue;
        };
        for pair in pairs::equals(&text) {
            let place = Place::new(path.as_str(), pair.line);
            unit.variables.insert(pair.key, (pair.value, place));
        }
    }
    let words = expanded(&unit)?;
    Ok(options(&words))
}

/// The unit with its drop-ins.
fn unit(host: &mut Host<'_>) -> Result<Unit, SourceError> {
    let mut files = Vec::new();
    'found: for name in UNITS {
        for folder in FOLDERS {
            let there = host.entries(folder)?.into_iter().any(|e| {
                // What is empty or leads to `/dev/null` masks the unit: nothing starts by it.
                e.name == name && e.kind == EntryKind::File && e.size > 0
            });
            if there {
                files.push(format!("{folder}/{name}"));
                break 'found;
            }
        }
    }
    let whole = !files.is_empty();
    let drop_ins: Vec<String> = FOLDERS
        .iter()
        .flat_map(|folder| UNITS.map(|name| format!("{folder}/{name}.d")))
        .collect();
    let drop_ins: Vec<&str> = drop_ins.iter().map(String::as_str).collect();
    files.extend(host.drop_ins(&drop_ins, ".conf")?);
    let mut unit = Unit {
        start: START.to_owned(),
        place: Place::new(DEFAULT, 0),
        files: Vec::new(),
        variables: BTreeMap::new(),
    };
    if !whole {
        unit.files = [DEFAULT, POLICY, SYSCONFIG].map(str::to_owned).to_vec();
    }
    for file in files {
        // A link that leads out of a copy of a host: what packages bring.
        match host.optional(&file)? {
            Some(text) => add(&file, &text, &mut unit),
            None => continue,
        }
    }
    Ok(unit)
}

fn add(file: &str, text: &str, unit: &mut Unit) {
    let mut section = String::new();
    for (line, content) in joined_without(text, &['#', ';']) {
        let content = content.trim();
        if content.starts_with('[') {
            content.clone_into(&mut section);
            continue;
        }
        let Some((key, value)) = content.split_once('=').filter(|_| section == "[Service]") else {
            continue;
        };
        let (value, place) = (value.trim(), Place::new(file, line));
        match (key.trim(), value) {
            // An empty one takes back those before it.
            ("ExecStart", value) => (unit.start, unit.place) = (value.to_owned(), place),
            ("EnvironmentFile", "") => unit.files.clear(),
            ("EnvironmentFile", value) => {
                let path = value.trim_start_matches('-').trim_matches('"');
                unit.files.push(path.to_owned());
            }
            ("Environment", "") => unit.variables.clear(),
            ("Environment", value) => {
                for word in words(value) {
                    if let Some((name, value)) = word.split_once('=') {
                        let set = (value.to_owned(), place.clone());
                        unit.variables.insert(name.to_owned(), set);
                    }
                }
            }
            (_, _) => {}
        }
    }
}

/// The words behind the program, variables replaced.
fn expanded(unit: &Unit) -> Result<Vec<(String, Place)>, SourceError> {
    let unclear = |why: &str| SourceError::Unreadable(unit.place.file.to_string(), why.to_owned());
    let mut all = Vec::new();
    let mut start = words(&unit.start).into_iter();
    let program = start.next().unwrap_or_default();
    if !program.is_empty() && program.rsplit('/').next() != Some("sshd") {
        return Err(unclear("the unit starts sshd by another program"));
    }
    for word in start {
        let Some((before, name)) = word.split_once('$') else {
            all.push((word, unit.place.clone()));
            continue;
        };
        let plain = |n: &str| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let braced = name.strip_prefix('{').and_then(|n| n.split_once('}'));
        match braced {
            // One word, whatever it holds.
            Some((name, after)) if plain(name) && !after.contains('$') => {
                let (value, place) = variable(unit, name);
                all.push((format!("{before}{value}{after}"), place));
            }
            None if before.is_empty() && plain(name) => {
                let (value, place) = variable(unit, name);
                all.extend(words(&value).into_iter().map(|w| (w, place.clone())));
            }
            Some(_) | None => return Err(unclear("a variable in an option")),
        }
    }
    Ok(all)
}

/// A variable that nobody set is empty.
fn variable(unit: &Unit, name: &str) -> (String, Place) {
    let own = || (String::new(), unit.place.clone());
    unit.variables.get(name).cloned().unwrap_or_else(own)
}

/// Reads words as getopt does: flags in one word, the value behind its flag or in the next word.
fn options(words: &[(String, Place)]) -> Options {
    let mut found = Options::default();
    let mut left = words.iter();
    while let Some((word, place)) = left.next() {
        let Some(flags) = word.strip_prefix('-') else {
            continue;
        };
        let mut flags = flags.chars();
        while let Some(flag) = flags.next() {
            let family = match flag {
                '4' => Some("inet"),
                '6' => Some("inet6"),
                _ => None,
            };
            if let Some(family) = family {
                found.set("addressfamily", family, place);
            }
            if !WITH_VALUE.contains(flag) {
                continue;
            }
            let own = flags.as_str();
            let value = if own.is_empty() {
                left.next().map_or("", |(w, _)| w.as_str())
            } else {
                own
            };
            match flag {
                'o' => found.line(value, place),
                'f' => found.file = Some(value.to_owned()),
                'g' => found.set("logingracetime", value, place),
                'p' => {
                    found.ports = true;
                    found.set("port", value, place);
                }
                _ => {}
            }
            break;
        }
    }
    found
}

impl Options {
    fn set(&mut self, keyword: &str, value: &str, place: &Place) {
        self.settings.push(Setting {
            block: 0,
            keyword: keyword.to_owned(),
            args: vec![value.to_owned()],
            place: place.clone(),
        });
    }

    /// `-o` takes what may stand on a line of the file.
    fn line(&mut self, text: &str, place: &Place) {
        for line in sshd::parse(text) {
            match line.broken {
                Some(why) => {
                    let why = format!("{}: {why}", line.keyword);
                    self.broken.push((place.clone(), why));
                }
                None => self.settings.push(Setting {
                    block: 0,
                    keyword: canonical(&line.keyword).to_owned(),
                    args: line.args,
                    place: place.clone(),
                }),
            }
        }
    }
}

/// Words between blanks; quotes keep blanks, a backslash keeps what follows it.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut word, mut quote): (Option<String>, Option<char>) = (None, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('\\', _) => word.get_or_insert_default().extend(chars.next()),
            (c, None) if c.is_whitespace() => all.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(unit: &str, variables: &[(&str, &str)]) -> Result<Options, SourceError> {
        let mut read = Unit {
            start: START.to_owned(),
            place: Place::new("f", 0),
            files: Vec::new(),
            variables: BTreeMap::new(),
        };
        add("u", unit, &mut read);
        for (name, value) in variables {
            let set = ((*value).to_owned(), Place::new("v", 1));
            read.variables.insert((*name).to_owned(), set);
        }
        expanded(&read).map(|words| options(&words))
    }

    fn shown(options: &Options) -> Vec<String> {
        let one = |s: &Setting| format!("{} {} {}", s.place, s.keyword, s.args.join(" "));
        options.settings.iter().map(one).collect()
    }

    #[test]
    fn variables_of_packages() {
        let found = of(
            "",
            &[
                ("SSHD_OPTS", "-o PermitRootLogin=yes -o \"AllowUsers a b\""),
                ("CRYPTO_POLICY", "-oCiphers=aes256-ctr -oMACs=hmac-sha1"),
            ],
        );
        assert_eq!(
            shown(&found.unwrap()),
            [
                "v:1 permitrootlogin yes",
                "v:1 allowusers a b",
                "v:1 ciphers aes256-ctr",
                "v:1 macs hmac-sha1"
            ]
        );
    }

    #[test]
    fn a_unit_of_the_host_itself() {
        let found = of(
            "[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -Def /srv/sshd \\\n# x\n -p2222 -4 -oPort=${P}\nEnvironment=P=1\n",
            &[],
        )
        .unwrap();
        assert_eq!(found.file.as_deref(), Some("/srv/sshd"));
        assert!(found.ports && found.broken.is_empty());
        assert_eq!(
            shown(&found),
            ["u:3 port 2222", "u:3 addressfamily inet", "u:6 port 1"]
        );
        assert!(of("[Service]\nExecStart=/bin/sh -c sshd\n", &[]).is_err());
        assert!(of("[Service]\nExecStart=/usr/sbin/sshd -o$A\n", &[]).is_err());
    }
}

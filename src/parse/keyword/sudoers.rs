//! sudoers: who may do what, NOPASSWD, Defaults, includes.

use super::{goes_on, joined_by};

/// What an alias stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alias {
    /// Users and groups.
    User,
    /// Users to become.
    Runas,
    /// Hosts.
    Host,
    /// Commands.
    Command,
}

/// Something that sudo is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `who host=(runas) TAG: commands`; one for each of several users.
    Rule {
        /// Its line, from 1.
        line: u32,
        /// User, `%group`, `ALL` or alias.
        who: String,
        /// Without asking for a password.
        nopasswd: bool,
        /// Any command.
        all: bool,
        /// A command is left out with `!`, which anybody gets around.
        negated: bool,
        /// The programs, without arguments.
        commands: String,
    },
    /// `User_Alias NAME = a, b` and its kin: one for each name.
    Alias {
        /// Its line, from 1.
        line: u32,
        /// What it stands for.
        kind: Alias,
        /// Its name.
        name: String,
        /// What it stands for, of commands the programs without arguments.
        members: Vec<String>,
    },
    /// A line that cannot be read.
    Broken {
        /// Its line, from 1.
        line: u32,
    },
    /// `Defaults`.
    Defaults {
        /// Its line, from 1.
        line: u32,
        /// Does it count for some users, hosts or commands alone?
        scoped: bool,
        /// Settings as written, split at commas.
        settings: Vec<String>,
    },
    /// `@include`, `#include`, `@includedir`, `#includedir`.
    Include {
        /// Its line, from 1.
        line: u32,
        /// The path.
        path: String,
        /// Is it a folder?
        folder: bool,
    },
}

impl Line {
    /// Its line, from 1.
    pub fn line(&self) -> u32 {
        match self {
            Self::Rule { line, .. }
            | Self::Alias { line, .. }
            | Self::Broken { line }
            | Self::Defaults { line, .. }
            | Self::Include { line, .. } => *line,
        }
    }
}

/// Reads a sudoers file.
pub fn parse(text: &str) -> Vec<Line> {
    joined_by(text, |content| Some(said(content)))
        .iter()
        .flat_map(|(line, content)| parse_line(*line, content.trim()))
        .collect()
}

/// A line without its remark, and whether it goes on: one with a remark does not.
fn said(content: &str) -> (&str, bool) {
    let text = content.trim_end();
    let start = text.trim_start();
    if start.starts_with("#include") {
        return goes_on(text);
    }
    let (mut kept, mut quoted) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut kept) => {}
            '\\' => kept = true,
            '"' => quoted = !quoted,
            '#' if !quoted => {
                let before = text.get(..at).unwrap_or_default();
                let after = text.get(at + 1..).unwrap_or_default();
                // `#1000` is a user by number where a user or a group may stand.
                let number = after.strip_prefix('-').unwrap_or(after);
                let names = before.trim().is_empty()
                    || before.ends_with([',', '(', ':', '!', '%', '@', '=', '>'])
                    || before.trim_end().ends_with([',', '(', ':']);
                if !(names && number.starts_with(|c: char| c.is_ascii_digit())) {
                    return (before, false);
                }
            }
            _ => {}
        }
    }
    goes_on(text)
}

fn parse_line(line: u32, content: &str) -> Vec<Line> {
    for (word, folder) in [("includedir", true), ("include", false)] {
        let rest = content
            .strip_prefix(['@', '#'])
            .and_then(|c| c.strip_prefix(word));
        if let Some(path) = rest.filter(|r| r.starts_with(char::is_whitespace)) {
            let path = path.trim().trim_matches('"').to_owned();
            return vec![Line::Include { line, path, folder }];
        }
    }
    if content.is_empty() {
        return Vec::new();
    }
    if let Some(rest) = content.strip_prefix("Defaults") {
        let rest = rest.trim_start();
        let scoped = rest.len() == content.len() - "Defaults".len() && !rest.is_empty();
        let settings = if scoped { behind_names(rest) } else { rest };
        return vec![Line::Defaults {
            line,
            scoped,
            settings: cut(settings, ',', |_| false)
                .into_iter()
                .map(setting)
                .collect(),
        }];
    }
    const ALIASES: [(&str, Alias); 5] = [
        ("User_Alias", Alias::User),
        ("Runas_Alias", Alias::Runas),
        ("Host_Alias", Alias::Host),
        ("Cmnd_Alias", Alias::Command),
        ("Cmd_Alias", Alias::Command),
    ];
    for (word, kind) in ALIASES {
        let rest = content.strip_prefix(word);
        if let Some(rest) = rest.filter(|r| r.starts_with(char::is_whitespace)) {
            let all = specs(rest).into_iter().map(|spec| alias(line, kind, spec));
            return all.collect();
        }
    }
    rules(line, content).unwrap_or_else(|| vec![Line::Broken { line }])
}

/// What stands behind `:an, binh`, the list of those whom a `Defaults` line is for.
fn behind_names(rest: &str) -> &str {
    let mut left = rest.trim_start_matches([':', '@', '>', '!']);
    loop {
        left = left.trim_start();
        let end = match left.strip_prefix('"').and_then(|l| l.find('"')) {
            Some(at) => at + 2,
            None => left
                .find(|c: char| c.is_whitespace() || c == ',')
                .unwrap_or(left.len()),
        };
        left = left.get(end..).unwrap_or_default().trim_start();
        match left.strip_prefix(',') {
            Some(more) => left = more,
            None => return left,
        }
    }
}

/// A setting as written, without blanks behind its `!`; two of them say nothing.
fn setting(text: &str) -> String {
    let name = text
        .trim()
        .trim_start_matches(|c: char| c == '!' || c.is_whitespace());
    let marks = text.len() - text.replace('!', "").len();
    let inside = name.len() - name.replace('!', "").len();
    let off = (marks - inside) % 2 == 1;
    format!("{}{name}", if off { "!" } else { "" })
}

fn alias(line: u32, kind: Alias, spec: &str) -> Line {
    let Some((name, members)) = spec.split_once('=') else {
        return Line::Broken { line };
    };
    let first = |m: &str| match kind {
        Alias::Command => program(m).unwrap_or_default(),
        Alias::User | Alias::Runas | Alias::Host => m.to_owned(),
    };
    Line::Alias {
        line,
        kind,
        name: name.trim().to_owned(),
        members: parts(members).into_iter().map(first).collect(),
    }
}

/// Cuts at each of the marks that no backslash, quote or bracket keeps.
fn cut(text: &str, at: char, keeps: impl Fn(&str) -> bool) -> Vec<&str> {
    let (mut all, mut start, mut kept, mut quoted, mut depth) = (Vec::new(), 0, false, false, 0u32);
    for (n, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut kept) => {}
            '\\' => kept = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if c == at && !quoted && depth == 0 => {
                let before = text.get(start..n).unwrap_or_default();
                if !keeps(before) {
                    all.push(before);
                    start = n + c.len_utf8();
                }
            }
            _ => {}
        }
    }
    all.push(text.get(start..).unwrap_or_default());
    all
}

/// The entries of a list, without empty ones.
fn parts(text: &str) -> Vec<&str> {
    let all = cut(text, ',', |_| false).into_iter().map(str::trim);
    all.filter(|p| !p.is_empty()).collect()
}

/// The parts between colons; one behind a tag (`NOPASSWD:`) or the name of a digest (`sha256:`) ends no part.
fn specs(text: &str) -> Vec<&str> {
    cut(text, ':', |before| {
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '=' | ')' | ':');
        let word = before.trim_end().rsplit(ends).next().unwrap_or_default();
        let tag = word.strip_prefix("NO").unwrap_or(word);
        matches!(
            tag,
            "PASSWD"
                | "EXEC"
                | "FOLLOW"
                | "LOG_INPUT"
                | "LOG_OUTPUT"
                | "MAIL"
                | "INTERCEPT"
                | "SETENV"
        ) || word.starts_with("sha")
    })
}

fn rules(line: u32, content: &str) -> Option<Vec<Line>> {
    let mut specs = specs(content).into_iter();
    let first = specs.next()?;
    let (left, right) = first.split_once('=')?;
    // The list of users ends where no comma stands between two words.
    let mut who = Vec::new();
    for part in parts(left) {
        let words: Vec<&str> = cut(part, ' ', |_| false)
            .into_iter()
            .flat_map(|w| cut(w, '\t', |_| false))
            .filter(|w| !w.is_empty())
            .collect();
        who.extend(words.first().map(|w| w.trim_matches('"').to_owned()));
        if words.len() > 1 {
            break;
        }
    }
    if who.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    let rights = specs.map(|s| s.split_once('=').map(|(_, r)| r));
    for right in std::iter::once(Some(right)).chain(rights) {
        let groups = commands(right?);
        for who in who.iter().filter(|w| !w.starts_with('!')) {
            all.extend(groups.iter().map(|(nopasswd, programs)| Line::Rule {
                line,
                who: who.clone(),
                nopasswd: *nopasswd,
                all: programs.iter().any(|p| p == "ALL"),
                negated: programs.iter().any(|p| p.starts_with('!')),
                commands: programs.join(", "),
            }));
        }
    }
    Some(all)
}

/// Options that may stand between the users to become and the tags.
const OPTIONS: [&str; 10] = [
    "ROLE",
    "TYPE",
    "PRIVS",
    "LIMITPRIVS",
    "APPARMOR_PROFILE",
    "TIMEOUT",
    "NOTBEFORE",
    "NOTAFTER",
    "CWD",
    "CHROOT",
];

/// The programs in groups, each free of a password or not: arguments may hold secrets. A tag counts for the commands
/// after it, too.
fn commands(right: &str) -> Vec<(bool, Vec<String>)> {
    let mut groups: Vec<(bool, Vec<String>)> = Vec::new();
    let mut nopasswd = false;
    for mut part in parts(right) {
        loop {
            if let Some(runas) = part.strip_prefix('(') {
                part = runas.split_once(')').map_or("", |(_, r)| r).trim();
                continue;
            }
            if let Some(rest) = behind_option(part) {
                part = rest;
                continue;
            }
            let tag = part.split_once(':').filter(|(t, _)| {
                !t.is_empty() && t.trim().chars().all(|c| c.is_ascii_uppercase() || c == '_')
            });
            let Some((tag, rest)) = tag else { break };
            match tag.trim() {
                "NOPASSWD" => nopasswd = true,
                "PASSWD" => nopasswd = false,
                _ => {}
            }
            part = rest.trim();
        }
        let Some(program) = program(part) else {
            continue;
        };
        match groups.last_mut() {
            Some((free, programs)) if *free == nopasswd => programs.push(program),
            Some(_) | None => groups.push((nopasswd, vec![program])),
        }
    }
    groups
}

/// What stands behind `NAME=value`.
fn behind_option(part: &str) -> Option<&str> {
    let (name, rest) = part.split_once('=')?;
    if !OPTIONS.contains(&name.trim_end()) {
        return None;
    }
    let rest = rest.trim_start();
    let end = match rest.strip_prefix('"').and_then(|r| r.find('"')) {
        Some(at) => at + 2,
        None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
    };
    Some(rest.get(end..).unwrap_or_default().trim_start())
}

/// The program of a command, with the `!` before it; digests (`sha256:…`) and arguments left out.
fn program(command: &str) -> Option<String> {
    let words = command.trim_start_matches(|c: char| c == '!' || c.is_whitespace());
    let marks = command.len() - words.len();
    let off = command
        .get(..marks)
        .is_some_and(|m| m.matches('!').count() % 2 == 1);
    let mut digest = false;
    let name = words.split_whitespace().find(|word| {
        let part_of = std::mem::take(&mut digest);
        let begins = word.starts_with("sha") && word.contains(':');
        // The digest itself may stand apart.
        digest = begins && word.ends_with(':');
        !begins && !part_of
    })?;
    Some(format!("{}{name}", if off { "!" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_includes() {
        let lines = parse(
            "# c\nDefaults\tenv_reset,use_pty\nDefaults:admin !authenticate\nroot\tALL=(ALL:ALL) ALL\n%sudo ALL=(ALL) NOPASSWD: ALL\ndeploy ALL = NOPASSWD: /bin/systemctl restart nginx, \\\n /bin/ls\n@includedir /etc/sudoers.d\n#1000 ALL=ALL\n",
        );
        assert_eq!(
            lines[0],
            Line::Defaults {
                line: 2,
                scoped: false,
                settings: vec!["env_reset".into(), "use_pty".into()]
            }
        );
        assert_eq!(
            lines[1],
            Line::Defaults {
                line: 3,
                scoped: true,
                settings: vec!["!authenticate".into()]
            }
        );
        assert!(matches!(
            &lines[2],
            Line::Rule {
                nopasswd: false,
                all: true,
                ..
            }
        ));
        assert!(matches!(
            &lines[3],
            Line::Rule {
                nopasswd: true,
                all: true,
                line: 5,
                ..
            }
        ));
        assert!(matches!(
            &lines[4],
            Line::Rule {
                nopasswd: true,
                all: false,
                ..
            }
        ));
        assert!(matches!(&lines[5], Line::Include { folder: true, .. }));
        assert!(matches!(&lines[6], Line::Rule { all: true, .. }));
    }
    #[test]
    fn aliases_and_lists() {
        let lines = parse(
            "User_Alias OPS = anna, %ops : DBA=binh\nCmnd_Alias ANY = ALL, !/bin/su -\nanna, binh,%dba ALL = (root, www) /bin/ls -l, (ALL) NOPASSWD: ALL\nOPS H1 = ANY : H2 = NOPASSWD: /bin/ls\n%domain\\ users ALL=(ALL) ALL\nno rule\n",
        );
        let alias = |kind, name: &str, members: &[&str], line| Line::Alias {
            line,
            kind,
            name: name.to_owned(),
            members: members.iter().map(|m| (*m).to_owned()).collect(),
        };
        let rule = |line, who: &str, nopasswd, all, commands: &str| Line::Rule {
            line,
            who: who.to_owned(),
            nopasswd,
            all,
            negated: false,
            commands: commands.to_owned(),
        };
        assert_eq!(
            lines,
            [
                alias(Alias::User, "OPS", &["anna", "%ops"], 1),
                alias(Alias::User, "DBA", &["binh"], 1),
                alias(Alias::Command, "ANY", &["ALL", "!/bin/su"], 2),
                rule(3, "anna", false, false, "/bin/ls"),
                rule(3, "anna", true, true, "ALL"),
                rule(3, "binh", false, false, "/bin/ls"),
                rule(3, "binh", true, true, "ALL"),
                rule(3, "%dba", false, false, "/bin/ls"),
                rule(3, "%dba", true, true, "ALL"),
                rule(4, "OPS", false, false, "ANY"),
                rule(4, "OPS", true, false, "/bin/ls"),
                rule(5, "%domain\\ users", false, true, "ALL"),
                Line::Broken { line: 6 },
            ]
        );
    }

    #[test]
    fn remarks_options_and_tags() {
        let lines = parse(
            "# for a while: \\\na ALL=(ALL) NOPASSWD: ALL # x \\\nb ALL=(#0) /bin/x # no, NOPASSWD: ALL\nDefaults ! authenticate # x\nDefaults:a, b  !!use_pty, x=\"1, !y # z\"\nu ALL=(ALL) TIMEOUT=30m CWD = * NOPASSWD: ALL\nv ALL=NOPASSWD: /bin/x a\\#b, PASSWD: ALL\nw ALL=sha256:0a ALL, ! /bin/su\n",
        );
        let rule = |line, who: &str, nopasswd, all, commands: &str| Line::Rule {
            line,
            who: who.to_owned(),
            nopasswd,
            all,
            negated: commands.contains('!'),
            commands: commands.to_owned(),
        };
        let defaults = |line, scoped, settings: &[&str]| Line::Defaults {
            line,
            scoped,
            settings: settings.iter().map(|s| (*s).to_owned()).collect(),
        };
        assert_eq!(
            lines,
            [
                rule(2, "a", true, true, "ALL"),
                rule(3, "b", false, false, "/bin/x"),
                defaults(4, false, &["!authenticate"]),
                defaults(5, true, &["use_pty", "x=\"1, !y # z\""]),
                rule(6, "u", true, true, "ALL"),
                rule(7, "v", true, false, "/bin/x"),
                rule(7, "v", false, true, "ALL"),
                rule(8, "w", false, true, "ALL, !/bin/su"),
            ]
        );
    }
}

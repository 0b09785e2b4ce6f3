//! sudoers: who may do what, NOPASSWD, Defaults, includes.

use super::joined;

/// Something that sudo is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `who host=(runas) TAG: commands`.
    Rule {
        /// Its line, from 1.
        line: u32,
        /// User, `%group`, `ALL` or alias.
        who: String,
        /// Without asking for a password.
        nopasswd: bool,
        /// Any command.
        all: bool,
        /// The programs, without arguments.
        commands: String,
    },
    /// `Defaults`.
    Defaults {
        /// Its line, from 1.
        line: u32,
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
            Self::Rule { line, .. } | Self::Defaults { line, .. } | Self::Include { line, .. } => {
                *line
            }
        }
    }
}

/// Reads a sudoers file.
pub fn parse(text: &str) -> Vec<Line> {
    joined(text)
        .iter()
        .filter_map(|(line, content)| parse_line(*line, content.trim()))
        .collect()
}

fn parse_line(line: u32, content: &str) -> Option<Line> {
    for (word, folder) in [("includedir", true), ("include", false)] {
        let rest = content
            .strip_prefix(['@', '#'])
            .and_then(|c| c.strip_prefix(word));
        if let Some(path) = rest.filter(|r| r.starts_with(char::is_whitespace)) {
            let path = path.trim().trim_matches('"').to_owned();
            return Some(Line::Include { line, path, folder });
        }
    }
    // `#1000` is a user by number, anything else behind `#` a comment.
    if content.starts_with('#')
        && !content
            .get(1..)
            .unwrap_or_default()
            .starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    if let Some(rest) = content.strip_prefix("Defaults") {
        let rest = rest.trim_start();
        let settings = if rest.len() < content.len() - "Defaults".len() || rest.is_empty() {
            rest
        } else {
            rest.split_once(char::is_whitespace).map_or("", |(_, s)| s)
        };
        return Some(Line::Defaults {
            line,
            settings: settings.split(',').map(|s| s.trim().to_owned()).collect(),
        });
    }
    const ALIASES: [&str; 5] = [
        "User_Alias",
        "Runas_Alias",
        "Host_Alias",
        "Cmnd_Alias",
        "Cmd_Alias",
    ];
    if ALIASES.iter().any(|a| content.starts_with(a)) {
        return None;
    }
    rule(line, content)
}

fn rule(line: u32, content: &str) -> Option<Line> {
    let (left, right) = content.split_once('=')?;
    let who = left
        .split_whitespace()
        .next()?
        .trim_end_matches(',')
        .to_owned();
    let right = right.trim();
    let right = match right.strip_prefix('(') {
        Some(runas) => runas.split_once(')').map_or("", |(_, r)| r).trim(),
        None => right,
    };
    let mut commands = Vec::new();
    let mut nopasswd = false;
    for part in right.split(',') {
        let mut part = part.trim();
        while let Some((tag, rest)) = part.split_once(':').filter(|(t, _)| {
            !t.is_empty() && t.trim().chars().all(|c| c.is_ascii_uppercase() || c == '_')
        }) {
            nopasswd |= tag.trim() == "NOPASSWD";
            part = rest.trim();
        }
        commands.push(part);
    }
    // Only the programs: arguments may hold secrets.
    let programs: Vec<&str> = commands
        .iter()
        .filter_map(|c| c.split_whitespace().next())
        .collect();
    Some(Line::Rule {
        line,
        who,
        nopasswd,
        all: commands.contains(&"ALL"),
        commands: programs.join(", "),
    })
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
                settings: vec!["env_reset".into(), "use_pty".into()]
            }
        );
        assert_eq!(
            lines[1],
            Line::Defaults {
                line: 3,
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
}

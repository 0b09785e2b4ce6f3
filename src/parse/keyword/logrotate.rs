//! logrotate: which files are rotated, how often, and how many old ones are kept.

use super::numbered;

/// What logrotate is told of a group of files; an empty field was not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Days between two rotations: daily 1, weekly 7, monthly 30, yearly 365.
    pub period_days: Option<i64>,
    /// How many old files are kept; -1: all.
    pub rotate: Option<i64>,
    /// Old files are removed after so many days.
    pub maxage: Option<i64>,
    /// `size` or `maxsize`: rotated as soon as the file is so large, so that the time kept depends on the traffic.
    pub by_size: bool,
    /// Files that this one reads at its place.
    pub includes: Vec<String>,
}

/// A directive as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its line, from 1.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// What stands behind; empty where nothing does.
    pub value: String,
}

/// A group of files with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza {
    /// The line of its first file, from 1.
    pub line: u32,
    /// Paths and patterns.
    pub files: Vec<String>,
    /// Its own rules.
    pub rules: Rules,
    /// The line of `rotate`, or of the stanza.
    pub rotate_line: u32,
    /// Its directives in order.
    pub directives: Vec<Directive>,
}

/// A file of logrotate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Rules outside stanzas: they hold for all that follows, in included files too.
    pub global: Rules,
    /// Directives outside stanzas, in order.
    pub directives: Vec<Directive>,
    /// The stanzas.
    pub stanzas: Vec<Stanza>,
    /// The line of a stanza or a script that is not closed.
    pub open: Option<u32>,
}

/// Reads a file of logrotate.
pub fn parse(text: &str) -> Config {
    let mut config = Config::default();
    let mut files: Vec<String> = Vec::new();
    let mut first: u32 = 0;
    let mut inside: Option<Stanza> = None;
    let mut script = false;
    let mut opened = None;
    for (line, content) in numbered(text) {
        let content = content.trim();
        let word = content.split_whitespace().next().unwrap_or_default();
        if script {
            script = word != "endscript";
            continue;
        }
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if matches!(
            word,
            "postrotate" | "prerotate" | "firstaction" | "lastaction" | "preremove"
        ) {
            script = true;
            opened = Some(line);
            continue;
        }
        if let Some(stanza) = inside.as_mut() {
            if content.starts_with('}') {
                config.stanzas.extend(inside.take());
            } else {
                if word == "rotate" {
                    stanza.rotate_line = line;
                }
                directive(&mut stanza.rules, content);
                stanza.directives.push(written(line, content));
            }
            continue;
        }
        let opens = content.contains('{');
        if opens || content.starts_with(['/', '"', '~', '\'']) {
            if files.is_empty() {
                first = line;
            }
            let names = content.split('{').next().unwrap_or_default();
            files.extend(
                names
                    .split_whitespace()
                    .map(|f| f.trim_matches(['"', '\'']).to_owned()),
            );
            if opens {
                inside = Some(Stanza {
                    line: first,
                    files: std::mem::take(&mut files),
                    rules: Rules::default(),
                    rotate_line: first,
                    directives: Vec::new(),
                });
                opened = Some(line);
            }
        } else {
            directive(&mut config.global, content);
            config.directives.push(written(line, content));
        }
    }
    config.open = opened.filter(|_| script || inside.is_some());
    config.stanzas.extend(inside);
    config
}

fn written(line: u32, content: &str) -> Directive {
    let content = content.split(" #").next().unwrap_or_default().trim();
    let (name, value) = content
        .split_once(|c: char| c.is_whitespace() || c == '=')
        .unwrap_or((content, ""));
    Directive {
        line,
        name: name.to_owned(),
        value: value.trim_start_matches(['=', ' ', '\t']).trim().to_owned(),
    }
}

/// The rules that directives come to, in their order.
pub fn rules(directives: &[Directive]) -> Rules {
    let mut rules = Rules::default();
    for said in directives {
        directive(&mut rules, &format!("{} {}", said.name, said.value));
    }
    rules
}

fn directive(rules: &mut Rules, content: &str) {
    let mut words = content
        .split(|c: char| c.is_whitespace() || c == '=')
        .filter(|w| !w.is_empty());
    let word = words.next().unwrap_or_default();
    let value = words.next();
    let number = value.and_then(|v| v.parse::<i64>().ok());
    match word {
        "hourly" => rules.period_days = Some(0),
        "daily" => rules.period_days = Some(1),
        "weekly" => rules.period_days = Some(7),
        "monthly" => rules.period_days = Some(30),
        "yearly" => rules.period_days = Some(365),
        "rotate" => rules.rotate = number,
        "maxage" => rules.maxage = number,
        "size" | "maxsize" => rules.by_size = true,
        "include" => rules.includes.extend(value.map(str::to_owned)),
        _ => {}
    }
}

impl Rules {
    /// These rules where they speak, else those of `outer`.
    #[must_use]
    pub fn over(&self, outer: &Rules) -> Rules {
        Rules {
            period_days: self.period_days.or(outer.period_days),
            rotate: self.rotate.or(outer.rotate),
            maxage: self.maxage.or(outer.maxage),
            // A period written in the stanza takes the place of a `size` written outside.
            by_size: self.by_size || (outer.by_size && self.period_days.is_none()),
            includes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_of_debian() {
        let config = parse(
            "weekly\nrotate 4\ninclude /etc/logrotate.d\n/var/log/syslog\n/var/log/auth.log\n{\n\trotate 52\n\tpostrotate\n\t\t/usr/lib/rsyslog/rsyslog-rotate { rotate 1 }\n\tendscript\n}\n\"/var/log/a b\" /var/log/c.log {\n size 10M\n maxage 30\n}\n",
        );
        assert_eq!(config.global.includes, ["/etc/logrotate.d"]);
        let first = &config.stanzas[0];
        assert_eq!((first.line, first.rotate_line), (4, 7));
        assert_eq!(first.files, ["/var/log/syslog", "/var/log/auth.log"]);
        let rules = first.rules.over(&config.global);
        assert_eq!(
            (rules.period_days, rules.rotate, rules.by_size),
            (Some(7), Some(52), false)
        );
        assert!(config.stanzas[1].rules.by_size);
    }
}

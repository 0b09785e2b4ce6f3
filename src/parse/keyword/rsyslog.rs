//! rsyslog: legacy lines (`auth.*  /var/log/auth.log`, `*.* @@host:514`, `$FileCreateMode`) and the objects of
//! RainerScript that matter for files and forwarding (`action`, `include`, `module`, `global`).

use std::collections::BTreeMap;

use super::numbered;

/// Something that rsyslog is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `$Name value`.
    Directive {
        /// Its line, from 1.
        line: u32,
        /// The name in lower case without `$`.
        name: String,
        /// The value.
        value: String,
    },
    /// A selector with what is done.
    Rule {
        /// Its line, from 1.
        line: u32,
        /// `auth,authpriv.*`; empty where every message is meant; `None` behind a condition that we do not read.
        selector: Option<String>,
        /// What is done.
        action: Action,
    },
    /// Another file is read here.
    Include {
        /// Its line, from 1.
        line: u32,
        /// Path or pattern.
        path: String,
    },
}

/// What is done with messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Written to a file.
    File(String),
    /// Sent to another host.
    Forward {
        /// Name or address.
        host: String,
        /// `tcp`, `udp` or `relp`.
        protocol: &'static str,
        /// Is the way encrypted?
        tls: Tls,
    },
    /// Thrown away.
    Discard,
}

/// What encrypts the way to another host. A driver of TLS in its mode 0, which is its own, encrypts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Nothing.
    No,
    /// The action itself names the driver and its mode.
    Yes,
    /// The driver for all, where that is one of TLS: the action names the mode alone.
    ByDriver,
    /// Driver and mode of `$` lines.
    ByDirectives,
}

impl Line {
    /// Its line, from 1.
    pub fn line(&self) -> u32 {
        match self {
            Self::Directive { line, .. } | Self::Rule { line, .. } | Self::Include { line, .. } => {
                *line
            }
        }
    }
}

/// Reads a file of rsyslog.
pub fn parse(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut conditional = 0usize;
    let mut object: Option<(u32, String)> = None;
    // Lines of another ruleset, and of an action that stands in for the one before it.
    let mut aside = (false, false);
    let text = without_blocks(text);
    for (line, content) in numbered(&text) {
        let content = content.trim();
        if let Some((at, mut open)) = object.take() {
            open.push(' ');
            open.push_str(content);
            if balanced(&open) {
                statement(at, &open, conditional > 0 || aside.0, &mut lines);
            } else {
                object = Some((at, open));
            }
            continue;
        }
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if content.contains('(') && !balanced(content) && !content.starts_with(['$', ':']) {
            object = Some((line, content.to_owned()));
            continue;
        }
        set_aside(content, &mut aside);
        let within = conditional > 0 || content.starts_with("if ") || aside.0 || aside.1;
        conditional = (conditional + content.matches('{').count())
            .saturating_sub(content.matches('}').count());
        statement(line, content, within, &mut lines);
    }
    if let Some((at, open)) = object {
        statement(at, &open, conditional > 0, &mut lines);
    }
    lines
}

/// `$RuleSet other`, which something must call, and `$ActionExecOnlyWhenPreviousIsSuspended on`.
fn set_aside(content: &str, aside: &mut (bool, bool)) {
    let lower = content.to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    match (words.next(), words.next()) {
        (Some("$ruleset"), Some(name)) => aside.0 = name != "rsyslog_defaultruleset",
        (Some("$actionexeconlywhenpreviousissuspended"), Some(on)) => aside.1 = on == "on",
        _ => {}
    }
}

/// The text without remarks between `/*` and `*/`; lines keep their numbers. A pattern (`/etc/rsyslog.d/*.conf`) begins
/// none, nor does what is quoted or itself in a remark.
fn without_blocks(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines() {
        let mut quote: Option<char> = None;
        let mut before = ' ';
        let mut rest = line;
        let whole = !inside && line.trim_start().starts_with(['$', '#', ':']);
        while let Some(c) = rest.chars().next() {
            if inside {
                match rest.find("*/").and_then(|at| rest.get(at + 2..)) {
                    Some(after) => (rest, inside, before) = (after, false, ' '),
                    None => break,
                }
                continue;
            }
            let plain = quote.is_none() && before.is_whitespace() && !whole;
            if plain && rest.starts_with("/*") {
                inside = true;
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            if plain && c == '#' {
                break;
            }
            match quote {
                Some(q) if c == q => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                Some(_) | None => {}
            }
            kept.push(c);
            before = c;
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        kept.push('\n');
    }
    kept
}

fn balanced(text: &str) -> bool {
    text.matches('(').count() <= text.matches(')').count()
}

fn statement(line: u32, content: &str, conditional: bool, lines: &mut Vec<Line>) {
    if let Some(rest) = content.strip_prefix('$') {
        let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        lines.push(if name == "includeconfig" {
            Line::Include { line, path: value }
        } else {
            Line::Directive { line, name, value }
        });
        return;
    }
    let lower = content.to_ascii_lowercase();
    // A queue with a file outlives the receiver's absence.
    if lower.contains("action(")
        && lower.contains("omfwd")
        && let Some(value) = params(&lower).remove("queue.filename")
    {
        let name = "action.queue.filename".to_owned();
        lines.push(Line::Directive { line, name, value });
    }
    if lower.starts_with("include(") {
        if let Some(path) = params(content).remove("file") {
            lines.push(Line::Include { line, path });
        }
        return;
    }
    if let Some(name) = ["global(", "module(", "input("]
        .iter()
        .find(|n| lower.starts_with(**n))
    {
        for (key, value) in params(content) {
            let name = format!("{}.{key}", name.trim_end_matches('('));
            lines.push(Line::Directive { line, name, value });
        }
        return;
    }
    if let Some(at) = lower.find("action(") {
        let before = content.get(..at).unwrap_or_default().trim();
        let said = params(content.get(at..).unwrap_or_default());
        let stands_in = said.get("action.execonlywhenpreviousissuspended");
        let stands_in = stands_in.is_some_and(|on| on.eq_ignore_ascii_case("on"));
        let selector = (!conditional && !stands_in && !before.contains(['{', '}', '$']))
            .then(|| before.to_owned());
        if let Some(action) = object_action(content.get(at..).unwrap_or_default()) {
            lines.push(Line::Rule {
                line,
                selector,
                action,
            });
        }
        return;
    }
    // An action without a selector is for every message that comes so far.
    let bare = content == "stop" || content.starts_with(['@', '/', '~', '-']);
    let alone = (bare && !content.contains(char::is_whitespace)).then_some(("", content));
    let Some((selector, target)) = alone.or_else(|| content.split_once(char::is_whitespace)) else {
        return;
    };
    // `&` stands for the selector of the rule before it.
    let before = (selector == "&").then(|| {
        let rule = lines.iter().rev().find_map(|l| match l {
            Line::Rule { selector, .. } => Some(selector.clone()),
            Line::Directive { .. } | Line::Include { .. } => None,
        });
        rule.flatten()
    });
    // Property filters (`:msg, contains, "x" /file`) are conditions.
    let conditional = conditional || selector.starts_with(':');
    let target = if conditional {
        content.split_whitespace().next_back().unwrap_or_default()
    } else {
        target.trim()
    };
    if let Some(action) = legacy_action(target) {
        let selector = before.unwrap_or_else(|| Some(selector.to_owned()));
        lines.push(Line::Rule {
            line,
            selector: selector.filter(|_| !conditional),
            action,
        });
    }
}

fn legacy_action(target: &str) -> Option<Action> {
    let target = target.split(';').next().unwrap_or_default().trim();
    if let Some(host) = target.strip_prefix(":omrelp:") {
        return Some(forward(host, "relp"));
    }
    if let Some(host) = target.strip_prefix("@@") {
        return Some(forward(host, "tcp"));
    }
    if let Some(host) = target.strip_prefix('@') {
        return Some(forward(host, "udp"));
    }
    let path = target.strip_prefix('-').unwrap_or(target);
    match path {
        "stop" | "~" => Some(Action::Discard),
        path if path.starts_with('/') => Some(Action::File(path.to_owned())),
        _ => None,
    }
}

fn forward(host: &str, protocol: &'static str) -> Action {
    // `@@(z9)host:port`: options stand in parentheses.
    let host = host
        .strip_prefix('(')
        .and_then(|h| h.split_once(')'))
        .map_or(host, |(_, h)| h);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    Action::Forward {
        host: host.to_owned(),
        protocol,
        tls: match protocol {
            "tcp" => Tls::ByDirectives,
            _ => Tls::No,
        },
    }
}

fn object_action(text: &str) -> Option<Action> {
    let params = params(text);
    match params.get("type").map(|t| t.to_ascii_lowercase())?.as_str() {
        "omfile" => params.get("file").cloned().map(Action::File),
        "omfwd" => Some(Action::Forward {
            host: params.get("target")?.clone(),
            protocol: match params
                .get("protocol")
                .map(|p| p.to_ascii_lowercase())
                .as_deref()
            {
                Some("tcp") => "tcp",
                Some(_) | None => "udp",
            },
            tls: tls_of(&params),
        }),
        "omrelp" => Some(Action::Forward {
            host: params.get("target")?.clone(),
            protocol: "relp",
            tls: match params.get("tls") {
                Some(on) if on.eq_ignore_ascii_case("on") => Tls::Yes,
                Some(_) | None => Tls::No,
            },
        }),
        _ => None,
    }
}

fn tls_of(params: &BTreeMap<String, String>) -> Tls {
    let tcp = params
        .get("protocol")
        .is_some_and(|p| p.eq_ignore_ascii_case("tcp"));
    if !tcp || params.get("streamdrivermode").is_none_or(|m| m != "1") {
        return Tls::No;
    }
    let driver = params
        .get("streamdriver")
        .or_else(|| params.get("streamdriver.name"));
    match driver.map(|d| d.to_ascii_lowercase()).as_deref() {
        None => Tls::ByDriver,
        Some("gtls" | "ossl" | "mbedtls") => Tls::Yes,
        Some(_) => Tls::No,
    }
}

/// `name="value"` pairs in the first parentheses, names in lower case.
fn params(text: &str) -> BTreeMap<String, String> {
    let mut params = BTreeMap::new();
    let mut rest = text.split_once('(').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name
            .trim_start_matches([',', ' ', '\t'])
            .trim()
            .to_ascii_lowercase();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, next) = match quote {
            Some(q) => after
                .get(1..)
                .unwrap_or_default()
                .split_once(q)
                .unwrap_or(("", "")),
            None => after.split_once([' ', ')']).unwrap_or((after, "")),
        };
        params.insert(name, value.to_owned());
        rest = next;
    }
    params
}

/// Does a selector take what this facility says of everyday work (`info`), as a login is?
pub fn takes(selector: &str, facility: &str) -> bool {
    // From `info` on downwards: what asks for one of these or more takes it.
    let reaches = |priority: &str| matches!(priority, "*" | "debug" | "info");
    let mut takes = selector.is_empty();
    for part in selector.split(';') {
        let Some((facilities, priority)) = part.trim().rsplit_once('.') else {
            continue;
        };
        if !facilities
            .split(',')
            .any(|f| f == "*" || f.trim().eq_ignore_ascii_case(facility))
        {
            continue;
        }
        let priority = priority.trim().to_ascii_lowercase();
        let (off, priority) = match priority.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, priority.as_str()),
        };
        let fits = match priority.strip_prefix('=') {
            Some(one) => one == "info",
            None => reaches(priority),
        };
        // Parts add to each other, `!` and `none` take away.
        if priority == "none" || (off && fits) {
            takes = false;
        } else if fits {
            takes = true;
        }
    }
    takes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages() {
        let lines = parse(
            "module(load=\"imuxsock\")\n$FileCreateMode 0640\n$IncludeConfig /etc/rsyslog.d/*.conf\nauth,authpriv.*\t\t\t/var/log/auth.log\n*.*;auth,authpriv.none\t\t-/var/log/syslog\n*.* @@(o)logs.example.vn:6514;RSYSLOG_Format\n*.* action(type=\"omfwd\"\n  target=\"10.0.0.5\" port=\"6514\" protocol=\"tcp\"\n  StreamDriver=\"gtls\" StreamDriverMode=\"1\")\n:msg, contains, \"x\" /var/log/x.log\nif $programname == 'y' then /var/log/y.log\n",
        );
        assert_eq!(lines[1].line(), 2);
        assert_eq!(
            lines[3],
            Line::Rule {
                line: 4,
                selector: Some("auth,authpriv.*".into()),
                action: Action::File("/var/log/auth.log".into())
            }
        );
        assert_eq!(
            lines[5],
            Line::Rule {
                line: 6,
                selector: Some("*.*".into()),
                action: Action::Forward {
                    host: "logs.example.vn".into(),
                    protocol: "tcp",
                    tls: Tls::ByDirectives
                }
            }
        );
        assert_eq!(
            lines[6],
            Line::Rule {
                line: 7,
                selector: Some("*.*".into()),
                action: Action::Forward {
                    host: "10.0.0.5".into(),
                    protocol: "tcp",
                    tls: Tls::Yes
                }
            }
        );
        assert!(matches!(&lines[7], Line::Rule { selector: None, .. }));
        assert!(matches!(&lines[8], Line::Rule { selector: None, .. }));
    }

    #[test]
    fn what_encrypts() {
        let of = |text: &str| match parse(&format!("action(type=\"omfwd\" target=\"h\" {text})"))
            .pop()
        {
            Some(Line::Rule {
                action: Action::Forward { tls, .. },
                ..
            }) => Some(tls),
            _ => None,
        };
        let tcp = "protocol=\"tcp\"";
        assert_eq!(of(&format!("{tcp} streamdriver=\"gtls\"")), Some(Tls::No));
        assert_eq!(
            of(&format!("{tcp} streamdrivermode=\"1\"")),
            Some(Tls::ByDriver)
        );
        let both = "streamdriver=\"ossl\" streamdrivermode=\"1\"";
        assert_eq!(of(&format!("{tcp} {both}")), Some(Tls::Yes));
        assert_eq!(of(both), Some(Tls::No), "UDP");
    }

    #[test]
    fn what_nobody_calls_is_behind_a_condition() {
        let selectors = |text: &str| -> Vec<Option<String>> {
            let rule = |l| match l {
                Line::Rule { selector, .. } => Some(selector),
                Line::Directive { .. } | Line::Include { .. } => None,
            };
            parse(text).into_iter().filter_map(rule).collect()
        };
        let all = Some("*.*".to_owned());
        assert_eq!(
            selectors("$RuleSet far\n*.* @@h\n$RuleSet RSYSLOG_DefaultRuleset\n*.* @@i\n"),
            [None, all.clone()]
        );
        assert_eq!(
            selectors(
                "*.* @@h\n$ActionExecOnlyWhenPreviousIsSuspended on\n& @@i\n$ActionExecOnlyWhenPreviousIsSuspended off\n"
            ),
            [all, None]
        );
    }

    #[test]
    fn selectors() {
        assert!(takes("auth,authpriv.*", "authpriv"));
        assert!(!takes("*.*;auth,authpriv.none", "auth"));
        assert!(takes("*.info;mail.none", "auth"));
        assert!(takes("", "auth"));
        assert!(!takes("auth.crit", "auth") && !takes("*.=debug", "auth"));
        assert!(takes("*.info;auth.crit", "auth") && takes("auth.=info", "auth"));
        assert!(!takes("*.*;auth.!info", "auth") && takes("*.*;auth.!err", "auth"));
    }

    #[test]
    fn remarks_over_lines_and_what_is_thrown_away() {
        let lines = parse(
            "$IncludeConfig /etc/rsyslog.d/*.conf\n/* auth.* /var/log/a\n*.* @@h\n*/ auth.* /var/log/b # /*\n& stop\nif $x == 'y' then {\n  stop\n}\nstop\n",
        );
        let shown: Vec<(u32, Option<&str>)> = lines
            .iter()
            .filter_map(|l| match l {
                Line::Rule { line, selector, .. } => Some((*line, selector.as_deref())),
                Line::Directive { .. } | Line::Include { .. } => None,
            })
            .collect();
        assert!(matches!(&lines[0], Line::Include { path, .. } if path.ends_with("/*.conf")));
        assert_eq!(
            shown,
            [
                (4, Some("auth.*")),
                (5, Some("auth.*")),
                (7, None),
                (9, Some(""))
            ]
        );
    }
}

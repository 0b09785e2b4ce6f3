//! The values that count for one block: its own lines first, then those for everybody, then sshd's own.

use super::defaults::{DIRECTIVES, Directive, Form, Version, own};
use super::lines::{Config, Setting};
use super::list;
use crate::collect::server::host::{number, texts, unseen};
use crate::model::{Fact, Origin, Sensitivity, Subject, Value};
use crate::parse::keyword::sshd::{algorithms, seconds};

/// The subject of a block.
pub(super) fn subject(config: &Config, block: usize, version: Option<Version>) -> Subject {
    let criteria = config.blocks.get(block).map_or("", |b| b.criteria.as_str());
    let mut subject = match criteria {
        "" => Subject::new("sshd", "sshd"),
        criteria => Subject::new("sshd", format!("sshd.match[{criteria}]")),
    };
    subject.put(Fact::derived("in_match", !criteria.is_empty()));
    for directive in &DIRECTIVES {
        for fact in facts(config, block, directive, version) {
            subject.put(fact);
        }
    }
    for setting in &config.settings {
        let known = DIRECTIVES.iter().any(|d| d.name == setting.keyword);
        if !known && setting.block == block && !subject.facts.contains_key(setting.keyword.as_str())
        {
            subject.put(
                Fact::set(setting.keyword.clone(), setting.args.join(" "))
                    .at(setting.place.clone()),
            );
        }
    }
    listening(config, block, &mut subject);
    subject.put(everywhere(config, block));
    for fact in waiting(&subject) {
        subject.put(fact);
    }
    algorithms_as_lists(&mut subject);
    let broken = config
        .broken
        .iter()
        .map(|(place, why)| format!("{}:{}: {why}", place.file, place.line));
    subject.put(Fact::derived("errors", texts(broken)));
    subject.put(Fact::derived(
        "version",
        match version {
            Some(Version(major, minor)) => Value::Text(format!("{major}.{minor}")),
            None => Value::unseen(
                "missing-fact",
                "no package openssh-server in the record of dpkg",
            ),
        },
    ));
    let idle = idle(&subject);
    subject.put(idle);
    subject
}

/// The lines of a directive in the order in which they count: those of the blocks that a connection fits (this one,
/// those around it, `Match all`) in file order, then the global ones.
fn candidates<'a>(config: &'a Config, block: usize, name: &str) -> Vec<(usize, &'a Setting)> {
    let fits = |of: usize| of != 0 && applies(config, block, of);
    let named = |(_, s): &(usize, &Setting)| s.keyword == name;
    let all = || config.settings.iter().enumerate().filter(named);
    let mut found: Vec<(usize, &Setting)> = all().filter(|(_, s)| fits(s.block)).collect();
    found.extend(all().filter(|(_, s)| s.block == 0));
    found
}

/// Do the lines of block `of` count for a connection that fits `block`?
fn applies(config: &Config, block: usize, of: usize) -> bool {
    let mut at = block;
    loop {
        if at == of || of == 0 {
            return true;
        }
        match config.blocks.get(at) {
            // An outer block always stands before those inside it.
            Some(b) if b.outer < at => at = b.outer,
            Some(_) | None => break,
        }
    }
    config.blocks.get(of).is_some_and(|b| b.criteria == "all")
}

fn facts(
    config: &Config,
    block: usize,
    directive: &Directive,
    version: Option<Version>,
) -> Vec<Fact> {
    let lines = candidates(config, block, directive.name);
    let first = lines.first();
    // A file that could not be read and that sshd reads before the line that counts may hold another value; Match
    // blocks count before all global lines.
    let hidden = config.hidden.iter().find(|(at, of, _)| {
        let before = first.is_none_or(|(line, s)| match (s.block, *of) {
            (0, 0) | (1.., 1..) => at <= line,
            (0, _) => true,
            (_, _) => false,
        });
        applies(config, block, *of) && (before || directive.form == Form::Many)
    });
    if let Some((_, _, error)) = hidden {
        return vec![Fact::derived(directive.name, unseen(error))];
    }
    let Some((_, counts)) = first else {
        return vec![default(directive, version)];
    };
    if directive.form == Form::Many {
        return vec![many(directive, &lines)];
    }
    let mut facts = vec![fact(directive, counts, version, Origin::Set)];
    facts.extend(
        lines
            .iter()
            .skip(1)
            .map(|(_, s)| fact(directive, s, version, Origin::Shadowed)),
    );
    facts
}

fn fact(
    directive: &Directive,
    setting: &Setting,
    version: Option<Version>,
    origin: Origin,
) -> Fact {
    let value = shown(directive, &setting.args, version);
    Fact::new(directive.name, value, origin, Sensitivity::Public).at(setting.place.clone())
}

fn default(directive: &Directive, version: Option<Version>) -> Fact {
    let value = match own(directive, version) {
        Some(text) if directive.form == Form::Many => {
            Value::list(text.split_whitespace().map(|t| many_value(directive, t)))
        }
        Some(text) => shown(directive, &[text], version),
        None => Value::unseen(
            "ambiguous",
            "depends on the version of OpenSSH, which is not known here",
        ),
    };
    Fact::default_of(directive.name, value)
}

fn many(directive: &Directive, lines: &[(usize, &Setting)]) -> Fact {
    // Lines of Match blocks take the place of the global ones; beyond that all count.
    let matched = lines.first().is_some_and(|(_, s)| s.block != 0);
    let counting: Vec<&Setting> = lines
        .iter()
        .map(|(_, s)| *s)
        .filter(|s| (s.block != 0) == matched)
        .collect();
    let values = counting.iter().flat_map(|s| match directive.name {
        "subsystem" => vec![Value::Text(s.args.join(" "))],
        _ => s.args.iter().map(|a| many_value(directive, a)).collect(),
    });
    let fact = Fact::set(directive.name, Value::list(values));
    match counting.first() {
        Some(s) => fact.at(s.place.clone()),
        None => fact,
    }
}

fn many_value(directive: &Directive, text: &str) -> Value {
    match directive.name {
        "port" => number(text),
        _ => Value::Text(text.to_owned()),
    }
}

/// The value as `sshd -T` prints it.
fn shown(directive: &Directive, args: &[String], version: Option<Version>) -> Value {
    let first = args.first().map_or("", String::as_str);
    match directive.form {
        Form::Word => Value::Text(word(directive.name, &first.to_ascii_lowercase()).to_owned()),
        Form::Upper => Value::Text(first.to_ascii_uppercase()),
        Form::Number => number(first),
        Form::Time if first.eq_ignore_ascii_case("none") => Value::Int(0),
        Form::Time => match seconds(first) {
            Some(n) => Value::Int(n),
            None => Value::unseen("not-a-number", "no time"),
        },
        Form::Algorithms => match own(directive, version) {
            Some(own) if !first.is_empty() => Value::Text(algorithms(first, &own)),
            None if first.starts_with(['+', '-', '^']) => Value::unseen(
                "ambiguous",
                "changes the own list of a version that is not known here",
            ),
            Some(_) | None => Value::Text(first.to_owned()),
        },
        Form::Text => Value::Text(text(directive.name, args)),
        Form::Many => texts(args.iter().cloned()),
    }
}

fn word<'a>(name: &str, word: &'a str) -> &'a str {
    match (name, word) {
        ("permitrootlogin", "prohibit-password") => "without-password",
        ("compression", "delayed") => "yes",
        ("allowtcpforwarding" | "allowstreamlocalforwarding", "all") => "yes",
        ("permittunnel", "yes") => "yes",
        (_, "true" | "on") => "yes",
        (_, "false" | "off") => "no",
        (_, other) => other,
    }
}

fn text(name: &str, args: &[String]) -> String {
    let joined = args.join(" ");
    match name {
        // sshd prints `start:rate:full`; a bare number stands for start and full.
        "maxstartups" if !joined.contains(':') => format!("{joined}:30:{joined}"),
        "rekeylimit" => rekey(args),
        _ => joined,
    }
}

fn rekey(args: &[String]) -> String {
    let bytes = args.first().map_or("0", String::as_str);
    let digits = bytes.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match bytes.chars().last().map(|c| c.to_ascii_uppercase()) {
        Some('K') => 1i64 << 10,
        Some('M') => 1 << 20,
        Some('G') => 1 << 30,
        Some(_) | None => 1,
    };
    let bytes = digits
        .parse::<i64>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .unwrap_or(0);
    let time = args.get(1).and_then(|t| seconds(t)).unwrap_or(0);
    format!("{bytes} {time}")
}

/// `ListenAddress host:port` takes the place of `Port` for its address: the ports are those that sshd opens.
fn listening(config: &Config, block: usize, subject: &mut Subject) {
    let lines = candidates(config, block, "listenaddress");
    let own = |s: &Setting| s.args.first().and_then(|a| own_port(a)).map(str::to_owned);
    let Some((_, first)) = lines.iter().find(|(_, s)| own(s).is_some()) else {
        return;
    };
    let Some(Value::List(general)) = subject.facts.get("port").map(|f| f.value.clone()) else {
        return;
    };
    let mut ports: Vec<Value> = Vec::new();
    for (_, setting) in &lines {
        let more = match own(setting) {
            Some(port) => vec![number(&port)],
            None => general.items.clone(),
        };
        let more = more.into_iter().filter(|p| !ports.contains(p));
        let more: Vec<Value> = more.collect();
        ports.extend(more);
    }
    subject.put(Fact::set("port", Value::list(ports)).at(first.place.clone()));
}

/// Does sshd listen on every address? So it does without `ListenAddress`.
fn everywhere(config: &Config, block: usize) -> Fact {
    const PATH: &str = "listenaddress.everywhere";
    let lines = candidates(config, block, "listenaddress");
    if let Some((_, _, error)) = config.hidden.first() {
        return Fact::derived(PATH, unseen(error));
    }
    let host = |s: &Setting| {
        let address = s.args.first().map_or("", String::as_str);
        let host = match address.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None if own_port(address).is_some() => address.split(':').next().unwrap_or_default(),
            None => address,
        };
        host.to_owned()
    };
    let every = |(_, s): &&(usize, &Setting)| ["0.0.0.0", "::", "*"].contains(&host(s).as_str());
    let Some((_, first)) = lines.iter().find(every).or(lines.first()) else {
        return Fact::default_of(PATH, true);
    };
    Fact::derived(PATH, lines.iter().any(|l| every(&l))).at(first.place.clone())
}

/// `MaxStartups start:rate:full` as numbers: connections not yet logged in from which some, and all, are refused.
fn waiting(subject: &Subject) -> Vec<Fact> {
    let Some(fact) = subject.facts.get("maxstartups") else {
        return Vec::new();
    };
    let at = |path: &'static str, value: Value| {
        let new = Fact::new(path, value, fact.origin, Sensitivity::Public);
        match &fact.place {
            Some(place) => new.at(place.clone()),
            None => new,
        }
    };
    let part = |n: usize| {
        if let Value::Text(text) = &fact.value {
            number(text.split(':').nth(n).unwrap_or_default())
        } else {
            fact.value.clone()
        }
    };
    vec![
        at("maxstartups.start", part(0)),
        at("maxstartups.full", part(2)),
    ]
}

/// The port of `host:port` or `[address]:port`; an address of IPv6 without brackets has none.
fn own_port(address: &str) -> Option<&str> {
    match address.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").map(|(_, port)| port),
        None => address
            .split_once(':')
            .map(|(_, port)| port)
            .filter(|port| !port.contains(':')),
    }
}

fn algorithms_as_lists(subject: &mut Subject) {
    for name in ["ciphers", "macs", "kexalgorithms"] {
        let Some(fact) = subject.facts.get(name) else {
            continue;
        };
        let value = if let Value::Text(text) = &fact.value {
            list(text)
        } else {
            fact.value.clone()
        };
        let mut as_list = Fact::new(
            format!("{name}.list"),
            value,
            fact.origin,
            Sensitivity::Public,
        );
        as_list.place.clone_from(&fact.place);
        subject.put(as_list);
    }
}

/// Seconds after which a dead connection is closed: interval × count; where either is 0, never.
fn idle(subject: &Subject) -> Fact {
    let get = |name: &str| subject.facts.get(name);
    let value = match (
        get("clientaliveinterval").map(|f| &f.value),
        get("clientalivecountmax").map(|f| &f.value),
    ) {
        (Some(Value::Int(interval)), Some(Value::Int(count))) => match interval.checked_mul(*count)
        {
            Some(n) if n > 0 => Value::Int(n),
            Some(_) | None => Value::Absent,
        },
        (Some(Value::Unseen(why)), _) | (_, Some(Value::Unseen(why))) => Value::Unseen(why.clone()),
        _ => Value::Absent,
    };
    let fact = Fact::derived("alive.seconds", value);
    match get("clientaliveinterval").and_then(|f| f.place.clone()) {
        Some(place) => fact.at(place),
        None => fact,
    }
}

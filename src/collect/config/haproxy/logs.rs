//! What HAProxy writes down of each request, from the format of its log.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Rules};
use crate::collect::config::settings::Settings;
use crate::model::Value;

/// Does a proxy log every request: has it a target, of its own or that of the process, that takes them?
pub(super) fn enabled(proxy: &Settings, global: &Settings) -> Value {
    let lines = proxy.all("log");
    let of_process = lines.iter().any(|l| l.value.trim() == "global");
    let own = lines
        .iter()
        .map(|l| l.value.as_str())
        .filter(|l| l.trim() != "global");
    let all: Vec<&str> = if of_process {
        let process = global.all("log").iter().map(|l| l.value.as_str());
        own.chain(process).collect()
    } else {
        own.collect()
    };
    let normal = proxy
        .get("option dontlog-normal")
        .is_none_or(|v| v == "off");
    match (takes_all(&all), &global.missing) {
        (true, _) if !normal => Value::Bool(false),
        (true, _) => match rules::silences(&Rules::of(proxy)) {
            Some(silent) => Value::Bool(!silent),
            None => Value::unseen("ambiguous", "a rule keeps requests out of the log"),
        },
        (false, Some(what)) if of_process => Value::unseen("include-missing", what.as_str()),
        (false, _) => Value::Bool(false),
    }
}

/// Do these targets together take every request? A request is a line of the level `info`.
fn takes_all(lines: &[&str]) -> bool {
    let mut samples: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for line in lines {
        let Some(sample) = takes(line) else { continue };
        let Some((ranges, size)) = sample.and_then(|s| s.rsplit_once(':')) else {
            return true;
        };
        let Ok(size) = size.parse::<u32>() else {
            continue;
        };
        let parts = samples.entry(size).or_default();
        for range in ranges.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
                parts.extend((first..=last).take(MAX_SAMPLE));
            }
        }
    }
    samples.iter().any(|(size, parts)| {
        *size > 0 && parts.len() >= usize::try_from(*size).unwrap_or(usize::MAX)
    })
}

/// Does a target take lines of the level `info`? Then what part of them, where it is a part.
pub(super) fn takes(line: &str) -> Option<Option<&str>> {
    let mut words = line.split_whitespace().skip(1);
    let mut sample = None;
    while let Some(word) = words.next() {
        match word {
            "len" | "format" | "profile" => {
                words.next();
            }
            "sample" => sample = words.next(),
            // The facility, then the level from which on nothing is left out.
            _ => {
                let level = words.next();
                let all = level.is_none_or(|level| ["info", "debug"].contains(&level));
                return all.then_some(sample);
            }
        }
    }
    None
}

const MAX_SAMPLE: usize = 1_000;

/// Which of source, destination, account, time and action each line has.
pub(super) fn fields(proxy: &Settings) -> Value {
    let on = |name: &str| proxy.get(name).is_some_and(|v| v != "off");
    let format = match proxy.get("log-format") {
        Some(format) => format.to_owned(),
        None if on("option httplog") && proxy.get("option httplog") == Some("clf") => {
            CLF.to_owned()
        }
        None if on("option httplog") || on("option httpslog") => HTTP.to_owned(),
        None if on("option tcplog") => TCP.to_owned(),
        // The built-in line: from where, to where, which proxy.
        None => "%ci %fi %ft %t".to_owned(),
    };
    if format.contains("${") {
        return Value::unseen("ambiguous", "a variable of the environment");
    }
    let names = names(&format);
    let has = |wanted: &[&str]| names.iter().any(|n| wanted.contains(&n.as_str()));
    let captured = proxy
        .all("capture")
        .iter()
        .chain(proxy.all("http-request"))
        .any(|l| {
            let text = l.value.to_ascii_lowercase();
            text.contains("authorization") || text.contains("http_auth_user")
        });
    let account = has(&["hu"])
        || format.contains("http_auth_user")
        || format.contains("ssl_c_s_dn")
        || format.contains("ssl_c_serial")
        || (captured && has(&["hr", "hrl"]));
    let found = [
        ("source", has(&["ci", "src"]) || format.contains("[src")),
        (
            "destination",
            has(&["s", "si", "fi", "b", "dst"]) || format.contains("[dst"),
        ),
        ("account", account),
        (
            "time",
            has(&["t", "tr", "T", "Tl", "Ts", "trg", "trl"]) || format.contains("[date"),
        ),
        (
            "action",
            has(&["r", "HM", "HU", "HP", "HPO"]) || format.contains("[method"),
        ),
    ];
    Value::list(
        found
            .into_iter()
            .filter(|(_, has)| *has)
            .map(|(field, _)| Value::from(field)),
    )
}

/// The names behind the percent signs of a format; flags in braces between are left out.
fn names(format: &str) -> Vec<String> {
    let mut names = Vec::new();
    for piece in format.split('%').skip(1) {
        let piece = match piece.strip_prefix('{') {
            Some(flags) => flags.split_once('}').map_or("", |(_, rest)| rest),
            None => piece,
        };
        let end = piece
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(piece.len());
        names.push(piece[..end].to_owned());
    }
    names
}

/// The formats that HAProxy has built in.
const HTTP: &str = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r";
const CLF: &str = "%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl";
const TCP: &str = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    #[test]
    fn targets_that_take_every_request() {
        for (lines, all) in [
            (&["/dev/log local0"][..], true),
            (&["127.0.0.1:514 len 2048 format rfc5424 local0 info"], true),
            (&["/dev/log local0 debug notice"], true),
            (&["/dev/log local0 notice"], false),
            (&["/dev/log local0 emerg", "/dev/log local1 notice"], false),
            (&["10.0.0.1 sample 1:10 local0"], false),
            (
                &["10.0.0.1 sample 1:2 local0", "10.0.0.2 sample 2:2 local0"],
                true,
            ),
            (&["10.0.0.1 sample 2-3,1:3 local0"], true),
        ] {
            assert_eq!(takes_all(lines), all, "{lines:?}");
        }
    }

    #[test]
    fn fields_of_formats() {
        let of = |lines: &[(&str, &str)]| {
            let mut settings = Settings::default();
            for (name, value) in lines {
                settings.add(*name, *value, Place::new("a", 1));
            }
            fields(&settings).shown()
        };
        assert_eq!(
            of(&[("option httplog", "on")]),
            "[source, destination, time, action]"
        );
        assert_eq!(
            of(&[("option httplog", "off")]),
            "[source, destination, time]"
        );
        assert_eq!(
            of(&[("log-format", "%ci %si %[http_auth_user] [%tr] %{+Q}r")]),
            "[source, destination, account, time, action]"
        );
        assert_eq!(of(&[("log-format", "%ST")]), "[]");
        assert_eq!(of(&[("log-format", "${F}")]), "? (ambiguous)");
    }
}

//! What HAProxy writes down of each request, from the format of its log.

use crate::collect::config::settings::Settings;
use crate::model::Value;

/// Does a proxy log: has it a target, of its own or that of the process?
pub(super) fn enabled(proxy: &Settings, global: &Settings) -> Option<bool> {
    let lines = proxy.all("log");
    if lines.iter().any(|l| l.value.trim() != "global") {
        return Some(true);
    }
    if lines.is_empty() {
        return Some(false);
    }
    match (global.all("log").is_empty(), &global.missing) {
        (false, _) => Some(true),
        (true, Some(_)) => None,
        (true, None) => Some(false),
    }
}

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

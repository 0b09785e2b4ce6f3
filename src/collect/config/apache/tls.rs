//! What `SSLProtocol` leaves on, and which headers every answer has.

use super::facts::put;
use crate::collect::config::settings::Settings;
use crate::model::{Subject, Value};

/// Old protocols that `SSLProtocol` leaves on, in its own arithmetic.
pub(super) fn weak_protocols(text: &str) -> Vec<&'static str> {
    let mut on: Vec<&'static str> = Vec::new();
    let known = ["SSLv3", "TLSv1", "TLSv1.1"];
    for word in text.split_whitespace() {
        let (sign, name) = match word.strip_prefix(['+', '-']) {
            Some(name) => (word.chars().next(), name),
            None => (None, word),
        };
        let named: Vec<&'static str> = if name.eq_ignore_ascii_case("all") {
            // SSLv3 is part of it only where OpenSSL still has it.
            known.to_vec()
        } else {
            known
                .iter()
                .copied()
                .filter(|k| k.eq_ignore_ascii_case(name))
                .collect()
        };
        match sign {
            Some('-') => on.retain(|k| !named.contains(k)),
            Some(_) => on.extend(named),
            None => on = named,
        }
    }
    on.dedup();
    on
}

/// Headers that are set for every answer.
pub(super) fn headers(whole: &Settings, subject: &mut Subject) {
    let mut names: Vec<String> = Vec::new();
    let mut hsts = None;
    for line in whole.all("header") {
        let mut words = line.value.split_whitespace();
        let mut first = words.next().unwrap_or_default().to_ascii_lowercase();
        if ["always", "onsuccess"].contains(&first.as_str()) {
            first = words.next().unwrap_or_default().to_ascii_lowercase();
        }
        let name = words
            .next()
            .unwrap_or_default()
            .trim_end_matches(':')
            .to_ascii_lowercase();
        match first.as_str() {
            "set" | "append" | "merge" | "add" | "setifempty" => {
                if name == "strict-transport-security" {
                    let age = line
                        .value
                        .to_ascii_lowercase()
                        .split("max-age=")
                        .nth(1)
                        .and_then(|rest| {
                            let digits: String =
                                rest.chars().take_while(char::is_ascii_digit).collect();
                            digits.parse::<i64>().ok()
                        });
                    hsts = age.map(|age| (age, line.place.clone()));
                }
                names.push(name);
            }
            "unset" => {
                names.retain(|n| *n != name);
                if name == "strict-transport-security" {
                    hsts = None;
                }
            }
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    let unseen = whole.missing.as_deref();
    let shown = names.iter().map(|n| Value::from(n.as_str()));
    put(
        subject,
        "header_names",
        if unseen.is_some() {
            Value::partial_list(shown)
        } else {
            Value::list(shown)
        },
        None,
    );
    match (hsts, unseen) {
        (Some((age, place)), _) => put(subject, "hsts_max_age", Value::Int(age), Some(place)),
        (None, Some(what)) => put(
            subject,
            "hsts_max_age",
            Value::unseen("include-missing", what),
            None,
        ),
        (None, None) => put(subject, "hsts_max_age", Value::Int(0), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_of_protocols() {
        assert_eq!(weak_protocols("all -SSLv3"), ["TLSv1", "TLSv1.1"]);
        assert!(weak_protocols("all -SSLv3 -TLSv1 -TLSv1.1").is_empty());
        assert!(weak_protocols("TLSv1.2 TLSv1.3").is_empty());
        assert_eq!(weak_protocols("-all +TLSv1.1 +TLSv1.2"), ["TLSv1.1"]);
    }
}

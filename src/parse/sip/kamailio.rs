//! Kamailio and OpenSIPS: one exchange for the whole file.

use super::{Trunk, way_of};

/// The exchange.
pub(super) fn trunks(text: &str) -> Vec<Trunk> {
    // `#!define`, `#!ifdef` are instructions, not remarks; what they leave out is not known.
    let text = without_remarks(text);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let whole = !lines.iter().any(|l| {
        [
            "#!ifdef",
            "#!ifndef",
            "!!ifdef",
            "include_file",
            "import_file",
        ]
        .iter()
        .any(|w| l.starts_with(w))
    });
    vec![Trunk {
        name: "kamailio".into(),
        line: 1,
        tls: tls(&lines, whole),
        srtp: srtp(&lines, whole),
        caller: caller(&lines, whole),
    }]
}

/// Signalling goes by where calls are sent; where that is not written, by the sockets that there are.
fn tls(lines: &[&str], whole: bool) -> Option<bool> {
    let any = |wanted: &dyn Fn(&str) -> bool| lines.iter().any(|l| wanted(l));
    let socket = |l: &str| {
        l.strip_prefix("listen")
            .or_else(|| l.strip_prefix("socket"))
            .and_then(|rest| rest.trim_start().strip_prefix('='))
            .map(|rest| rest.trim_start_matches([' ', '"']).to_ascii_lowercase())
    };
    let sockets: Vec<String> = lines.iter().filter_map(|l| socket(l)).collect();
    let secure = sockets.iter().any(|s| s.starts_with("tls:"));
    let plain = sockets.iter().any(|s| !s.starts_with("tls:"));
    let on = any(&|l| {
        l.contains("transport=tls")
            || l.contains("enable_tls=yes")
            || l.contains("enable_tls=1")
            || l.contains("tls.so")
            || l.contains("proto_tls")
    });
    let sent = targets(lines);
    match (secure && on, sent.is_empty()) {
        (false, _) => whole.then_some(false),
        (true, _) if sent.contains(&Some(false)) => Some(false),
        (true, false) if sent.iter().all(|way| *way == Some(true)) => Some(true),
        // Only one kind of way leads out.
        (true, _) if !plain => Some(true),
        (true, _) => None,
    }
}

/// How the destinations that the file writes are reached.
fn targets(lines: &[&str]) -> Vec<Option<bool>> {
    const SENDS: [&str; 12] = [
        "$du",
        "$ru",
        "$rd",
        "t_relay(",
        "t_relay_to(",
        "forward(",
        "send(",
        "rewritehost",
        "rewriteuri",
        "seturi",
        "setdsturi",
        "append_branch(",
    ];
    let mut out = Vec::new();
    for line in lines {
        if line.contains("_udp(") || line.contains("_tcp(") {
            out.push(Some(false));
        }
        if line.contains("_tls(") {
            out.push(Some(true));
        }
        let sends = SENDS.iter().any(|s| line.contains(s));
        for text in line.split('"').skip(1).step_by(2).filter(|_| sends) {
            let address = ["sip:", "sips:", "udp:", "tcp:", "tls:"]
                .iter()
                .any(|w| text.starts_with(w));
            // Without a word of its own a SIP address is reached over UDP.
            if address {
                out.push(way_of(text).or_else(|| (!text.contains('$')).then_some(false)));
            }
        }
    }
    out
}

/// `RTP/SAVP` enciphers speech, `RTP/AVP` takes it off; WebRTC beside telephones says nothing of the carrier.
fn srtp(lines: &[&str], whole: bool) -> Option<bool> {
    let any = |word: &str| lines.iter().any(|l| l.contains(word));
    let to_web = |l: &&&str| l.contains("UDP/TLS/RTP/SAVP");
    let enciphers = lines.iter().any(|l| l.contains("RTP/SAVP") && !to_web(&l));
    if any("RTP/AVP") {
        Some(false)
    } else if enciphers {
        Some(true)
    } else if lines.iter().any(|l| to_web(&l)) {
        None
    } else {
        whole.then_some(false)
    }
}

fn caller(lines: &[&str], whole: bool) -> Option<Option<String>> {
    let sets = |l: &&&str| {
        l.contains("uac_replace_from(") || l.contains("append_hf(\"P-Asserted-Identity")
    };
    let mut numbers: Vec<&str> = lines
        .iter()
        .filter(sets)
        .filter_map(|l| l.split("sip:").nth(1))
        .filter_map(|rest| rest.split('@').next())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let digits = |n: &&&str| n.chars().all(|c| c.is_ascii_digit() || c == '+');
    match (lines.iter().any(|l| sets(&l)), numbers.as_slice()) {
        (false, _) => whole.then_some(None),
        // More than one number, or one in a variable: which is shown does not stand here.
        (true, [one]) => Some(Some(
            Some(one)
                .filter(digits)
                .copied()
                .unwrap_or_default()
                .to_owned(),
        )),
        (true, _) => Some(Some(String::new())),
    }
}

/// The text without remarks: `#`, `//` and `/* */`, but not in quotes. Line ends stay.
fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match quote {
            Some(_) if c == '\\' => {
                let next = after.chars().next();
                out.push(c);
                out.extend(next);
                rest = after
                    .get(next.map_or(0, char::len_utf8)..)
                    .unwrap_or_default();
                continue;
            }
            Some(q) => quote = Some(q).filter(|q| *q != c && c != '\n'),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |n| n + 2);
                let gone = rest.get(..end).unwrap_or_default();
                out.extend(std::iter::repeat_n('\n', gone.matches('\n').count()));
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            None if rest.starts_with("//") || c == '#' && !rest.starts_with("#!") => {
                let end = rest.find('\n').unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            None => {}
        }
        out.push(c);
        rest = after;
    }
    out
}

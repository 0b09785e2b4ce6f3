//! `tls-facts/1` as text: one JSON object a line, drawn and read.
//!
//! Reading is pure and takes lines of other writers: keys that it does not know are left aside, keys that are
//! missing stay silent, and a line that is no such object is named by its number.

use super::facts::{SCHEMA, TlsFacts};

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What it says.
    pub facts: TlsFacts,
    /// Its number, from 1.
    pub line: u32,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u32,
    /// What is wrong with it; never its content.
    pub what: String,
}

/// The facts as one line without its end, keys sorted.
pub fn draw(facts: &TlsFacts) -> String {
    // Through a value, whose maps are sorted; its keys are all texts, so this cannot fail.
    serde_json::to_value(facts)
        .map(|value| value.to_string())
        .unwrap_or_default()
}

/// All lines of a file. Empty lines are none.
pub fn read(text: &str) -> (Vec<Recorded>, Vec<BadLine>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (at, words) in text.lines().enumerate() {
        if words.trim().is_empty() {
            continue;
        }
        let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
        match serde_json::from_str::<TlsFacts>(words) {
            Ok(facts) if facts.schema == SCHEMA => good.push(Recorded { facts, line }),
            Ok(_) => bad.push(BadLine {
                line,
                what: format!("schema is not {SCHEMA}"),
            }),
            Err(error) => bad.push(BadLine {
                line,
                what: match error.classify() {
                    serde_json::error::Category::Data => format!("not {SCHEMA}"),
                    serde_json::error::Category::Syntax
                    | serde_json::error::Category::Eof
                    | serde_json::error::Category::Io => {
                        format!("no JSON, column {}", error.column())
                    }
                },
            }),
        }
    }
    (good, bad)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::facts::TargetFacts;
    use super::super::leaf::TIMEOUT;
    use super::*;

    fn silent() -> TlsFacts {
        let target = TargetFacts {
            name: "tracuu.buuchinhmau.example".into(),
            addr: Some("203.0.113.10".into()),
            port: 443,
            sni: None,
            starttls: None,
        };
        TlsFacts::unseen(target, "2026-11-24T00:00:00Z".into(), TIMEOUT)
    }

    #[test]
    fn what_is_drawn_is_read_again() {
        let line = draw(&silent());
        assert!(!line.contains('\n'));
        assert!(line.contains(r#""tls1_3":{"v":null,"why":"timeout"}"#));
        assert!(line.contains(r#""tls1_0":{"v":null,"why":"timeout"}"#));
        assert!(line.contains(r#""sni":null"#));
        let (good, bad) = read(&line);
        assert!(bad.is_empty());
        assert_eq!(good[0].facts, silent());
    }

    #[test]
    fn keys_are_sorted() {
        let line = draw(&silent());
        let places: Vec<_> = [
            "\"certs\"",
            "\"http\"",
            "\"probe\"",
            "\"schema\"",
            "\"target\"",
        ]
        .iter()
        .map(|key| line.find(key).unwrap())
        .collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn the_short_form_of_others_is_read() {
        let line = r#"{"schema":"tls-facts/1","target":{"name":"localhost","addr":"127.0.0.1","port":443,"sni":"localhost","starttls":null},"probe":{"started":"2026-11-24T00:00:00Z","wall_ms":31,"connections":14,"state":"complete","reason":null},"tcp":{"v":"ok"},"versions":{"tls1_0":{"v":false,"why":"alert:70"}},"certs":[{"sig_family":"ecdsa","chain":[{"sha256":"ab","not_after":"2027-01-01T00:00:00Z","key":{"alg":"ec","bits":256},"sig":"ecdsa-sha256","san":["localhost"],"new":1}],"trusted":{"v":true,"anchors":"cd"},"name_ok":{"v":true},"order_ok":true,"staple":{"v":"good","next_update":"x"}}],"http":{"status":200,"hsts_max_age":{"v":63072000},"cookies":[{"name":"sid","secure":true,"http_only":true,"same_site":"Lax"}],"server":"nginx"},"later":{}}"#;
        let (good, bad) = read(line);
        assert_eq!(bad, []);
        assert_eq!(good[0].facts.http.status.v, Some(200));
        assert_eq!(good[0].facts.certs[0].order_ok.v, Some(true));
    }

    #[test]
    fn bad_lines_are_named() {
        let good_line = draw(&silent());
        let text = format!(
            "{good_line}\n\n{{\n{}\n[]",
            good_line.replace("facts/1", "facts/9")
        );
        let (good, bad) = read(&text);
        assert_eq!(good.len(), 1);
        assert_eq!(bad.iter().map(|b| b.line).collect::<Vec<_>>(), [3, 4, 5]);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), cut in 0usize..2000) {
            let line = draw(&silent());
            let cut = line.floor_char_boundary(cut.min(line.len()));
            for text in [format!("{}{text}", &line[..cut]), text] {
                let lines = text.lines().count() as u32;
                let (good, bad) = read(&text);
                prop_assert!(good.iter().all(|r| (1..=lines).contains(&r.line)));
                prop_assert!(bad.iter().all(|r| (1..=lines).contains(&r.line)));
            }
        }
    }
}

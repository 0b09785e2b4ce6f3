//! Waivers in remarks, in the way of each kind of file to write one.

use std::sync::LazyLock;

use regex::Regex;

/// A waiver in a text, without the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) control: String,
    pub(super) line: u32,
    pub(super) to: u32,
    pub(super) until: Option<String>,
    pub(super) reason: String,
}

/// The waivers of a text.
pub(super) fn scan(text: &str) -> Vec<Remark> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(found) = WAIVER.captures(line) else {
            continue;
        };
        let (Some(before), Some(control)) = (found.name("before"), found.name("id")) else {
            continue;
        };
        let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        let own_line = says_nothing(before.as_str());
        // Above all lines it speaks for the file; beside one for that, above one for the next.
        let to = if own_line && lines.iter().take(at).all(|l| is_remark(l)) {
            u32::MAX
        } else if own_line {
            let next = lines.iter().skip(at + 1).position(|l| !is_remark(l));
            number(next.map_or(at, |next| at + 1 + next))
        } else {
            number(at)
        };
        let rest = found.name("rest").map_or("", |m| m.as_str());
        let until = UNTIL
            .captures(rest)
            .and_then(|c| Some(c.get(1)?.as_str().to_owned()));
        let reason = REASON
            .captures(rest)
            .and_then(|c| Some(c.get(1)?.as_str().to_owned()));
        out.push(Remark {
            control: control.as_str().to_owned(),
            line: number(at),
            to,
            until,
            reason: reason.unwrap_or_default(),
        });
    }
    out
}

/// Only the sign of a remark stands before it.
fn says_nothing(before: &str) -> bool {
    before
        .trim_matches(|c: char| c.is_whitespace() || "#;/*<!-%\"".contains(c))
        .is_empty()
}

/// A line that no program reads.
fn is_remark(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || ["#", "//", "/*", "*", "<!--", ";", "--", "%"]
            .iter()
            .any(|sign| line.starts_with(sign))
}

const MARK: &str = "capdo:waive";

/// A remark in any of its signs, the control, the rest.
static WAIVER: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?P<before>.*?(?:#|//|/\*|<!--|;|--|%|\*))\s*capdo:waive\s+(?P<id>[A-Z0-9]+(?:-[A-Z0-9]+)+)(?P<rest>.*)$",
    )
});
static UNTIL: LazyLock<Regex> = LazyLock::new(|| constant(r"\buntil=(\d{4}-\d{2}-\d{2})\b"));
static REASON: LazyLock<Regex> = LazyLock::new(|| constant(r#"\breason="([^"]+)""#));

/// A constant that does not compile meets nothing, and a test.
fn constant(pattern: &str) -> Regex {
    match Regex::new(pattern) {
        Ok(regex) => regex,
        Err(_) => unreachable!("a constant pattern: {pattern}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one() {
        for line in [
            "# capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\"",
            "// capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\"",
            "/* capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\" */",
            "<!-- capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\" -->",
            "; capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\"",
            "-- capdo:waive CFG-PG-001 until=2027-03-01 reason=\"chờ thay máy\"",
        ] {
            let found = scan(&format!("a: 1\n{line}\n\nb: 2\n"));
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!((found[0].line, found[0].to), (2, 4));
            assert_eq!(
                (found[0].until.as_deref(), found[0].reason.as_str()),
                (Some("2027-03-01"), "chờ thay máy")
            );
        }
        let beside = scan("a: 1\nssl = off # capdo:waive CFG-PG-001 until=2027-03-01\n");
        assert_eq!(
            (beside[0].line, beside[0].to, beside[0].reason.as_str()),
            (2, 2, "")
        );
        assert_eq!(
            scan("# x\n# capdo:waive CFG-PG-001\na: 1\n")[0].to,
            u32::MAX
        );
        assert!(scan("text = \"capdo:waive CFG-PG-001\"\n").is_empty());
    }
}

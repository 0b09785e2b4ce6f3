//! Line parsers of the files that Unix programs are configured by: each line becomes words with its number.
//!
//! Pure: no I/O, no verdicts. A line that cannot be read is kept as such, never dropped in silence.

pub mod accounts;
pub mod aptconf;
pub mod dpkg;
pub mod logrotate;
pub mod mounts;
pub mod openings;
pub mod packets;
pub mod pairs;
pub mod pam;
pub mod repositories;
pub mod rsyslog;
pub mod sshd;
pub mod sudoers;
pub mod tags;

/// A line as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Its number, from 1.
    pub line: u32,
    /// Its words, at least one.
    pub words: Vec<String>,
}

impl Words {
    /// The first word in lower case.
    pub fn keyword(&self) -> String {
        self.words
            .first()
            .map(|w| w.to_ascii_lowercase())
            .unwrap_or_default()
    }

    /// The words after the first.
    pub fn args(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// The lines with their numbers, from 1; a line after a backslash at the line's end belongs to the one before, and so
/// it does after a remark.
pub fn joined(text: &str) -> Vec<(u32, String)> {
    joined_by(text, |content| Some(goes_on(content)))
}

/// As [`joined`], for programs that read remarks before they join: a line that begins with one of `remarks` is left
/// out, and what it ends in means nothing. Where one stands inside a line that goes on, that line goes on after it.
pub fn joined_without(text: &str, remarks: &[char]) -> Vec<(u32, String)> {
    joined_by(text, |content| {
        let remark = content.trim_start().starts_with(remarks);
        (!remark).then(|| goes_on(content))
    })
}

/// As [`joined_without`] where `#` begins a remark anywhere in a line; lines with nothing else are left out.
pub fn joined_before_hash(text: &str) -> Vec<(u32, String)> {
    joined_by(text, |content| {
        let said = content.split('#').next().unwrap_or_default().trim_end();
        (!said.is_empty()).then(|| goes_on(said))
    })
}

/// What of a line is said, and whether the next one belongs to it: an even number of backslashes stands for itself.
fn goes_on(content: &str) -> (&str, bool) {
    let slashes = content.len() - content.trim_end_matches('\\').len();
    match content.strip_suffix('\\') {
        Some(rest) if slashes % 2 == 1 => (rest, true),
        Some(_) | None => (content, false),
    }
}

/// The lines with their numbers, from 1, joined as `read` says of each: what of it counts and whether the next line
/// belongs to it; `None` leaves it out as if it were not there.
fn joined_by<'a>(
    text: &'a str,
    read: impl Fn(&'a str) -> Option<(&'a str, bool)>,
) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut open = false;
    for (line, content) in numbered(text) {
        let Some((content, goes_on)) = read(content) else {
            continue;
        };
        match lines.last_mut() {
            Some((_, last)) if open => {
                last.push(' ');
                last.push_str(content.trim_start());
            }
            _ => lines.push((line, content.to_owned())),
        }
        open = goes_on;
    }
    lines
}

/// The lines with their numbers, from 1.
pub fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (u32::try_from(at + 1).unwrap_or(u32::MAX), line))
}

/// Lines of words between blanks, `#`, `;`, `!` and `%` (chrony) at the start as comments.
pub fn words(text: &str, comments: &[char]) -> Vec<Words> {
    numbered(text)
        .filter(|(_, content)| !content.trim_start().starts_with(comments))
        .filter_map(|(line, content)| {
            let words: Vec<String> = content.split_whitespace().map(str::to_owned).collect();
            (!words.is_empty()).then_some(Words { line, words })
        })
        .collect()
}

/// Seconds of a span as systemd writes it: `1month`, `2weeks 3d`, `90` (seconds), `infinity` is `None`.
pub fn systemd_seconds(span: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = span.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?.trim_start();
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let unit = match after.get(..letters)? {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hr" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            // systemd counts a month as 30.44 and a year as 365.25 days.
            "M" | "month" | "months" => 2_629_800,
            "y" | "year" | "years" => 31_557_600,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = after.get(letters..)?.trim_start();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans() {
        assert_eq!(systemd_seconds("1year"), Some(31_557_600));
        assert_eq!(systemd_seconds("2 weeks 3d"), Some(1_468_800));
        assert_eq!(systemd_seconds("90"), Some(90));
        assert_eq!(systemd_seconds("infinity"), None);
        assert_eq!(systemd_seconds("-3"), None);
    }

    #[test]
    fn lines_go_on() {
        assert_eq!(
            joined("a \\\n b\nc"),
            [(1, "a  b".to_owned()), (3, "c".to_owned())]
        );
    }

    #[test]
    fn remarks_do_not_go_on() {
        let text = "# no: \\\na \\\n  ; no \\\n b\nc \\\\\nd";
        let lines = |all: &[(u32, &str)]| -> Vec<(u32, String)> {
            all.iter().map(|(n, l)| (*n, (*l).to_owned())).collect()
        };
        assert_eq!(
            joined_without(text, &['#', ';']),
            lines(&[(2, "a  b"), (5, "c \\\\"), (6, "d")])
        );
        assert_eq!(
            joined_before_hash("# no \\\na \\ # no\n\n# no\nb # no \\\nc"),
            lines(&[(2, "a  b"), (6, "c")])
        );
        assert_eq!(
            joined(text).first(),
            lines(&[(1, "# no:  a  ; no  b")]).first()
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ \\t\\na-zA-Z0-9=\"'\\\\#@!%:,.*$/(){}\\[\\]-]{0,200}|\\PC{0,100}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            let mut seen: Vec<u32> = joined(&text).iter().map(|l| l.0).collect();
            seen.extend(words(&text, &['#']).iter().map(|w| w.line));
            seen.extend(sshd::parse(&text).iter().map(|l| l.line));
            seen.extend(pairs::equals(&text).iter().map(|p| p.line));
            seen.extend(pairs::blanks(&text).iter().map(|p| p.line));
            seen.extend(pairs::ini(&text).iter().map(|p| p.line));
            seen.extend(pam::parse(&text, Some("auth")).iter().map(|r| r.line));
            seen.extend(pam::parse(&text, None).iter().map(|r| r.line));
            let (users, bad) = accounts::passwd(&text);
            seen.extend(users.iter().map(|u| u.line).chain(bad));
            let (ages, bad) = accounts::shadow(&text);
            seen.extend(ages.iter().map(|u| u.line).chain(bad));
            let (groups, bad) = accounts::group(&text);
            seen.extend(groups.iter().map(|u| u.line).chain(bad));
            aptconf::Settings::default().read("f", &text);
            seen.extend(dpkg::installed(&text).iter().map(|p| p.line));
            seen.extend(rsyslog::parse(&text).iter().map(|l| l.line()));
            let rotate = logrotate::parse(&text);
            seen.extend(rotate.stanzas.iter().map(|s| s.line));
            seen.extend(rotate.open);
            let inner = rotate.stanzas.iter().flat_map(|s| &s.directives);
            seen.extend(inner.chain(&rotate.directives).map(|d| d.line));
            seen.extend(sudoers::parse(&text).iter().map(|l| l.line()));
            let chains = [packets::nft(&text), packets::iptables(&text)];
            seen.extend(chains.iter().flat_map(|c| &c.all).map(|c| c.line));
            for chains in &chains {
                let _ = openings::through(chains, "input");
            }
            seen.extend(tags::read(&text).unwrap_or_default().iter().map(|t| t.line));
            let _ = systemd_seconds(&text);
            for line in seen {
                prop_assert!(line >= 1 && line <= last);
            }
        }
    }
}

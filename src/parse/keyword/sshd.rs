//! `sshd_config`: keyword and arguments, quotes, `key=value`, Match criteria, pattern lists.

use super::numbered;

/// A line of `sshd_config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// The keyword in lower case.
    pub keyword: String,
    /// Its arguments without quotes.
    pub args: Vec<String>,
    /// Why the line cannot be read: sshd would refuse to start.
    pub broken: Option<&'static str>,
}

/// The lines that say something.
pub fn parse(text: &str) -> Vec<Line> {
    numbered(text)
        .filter_map(|(line, content)| parse_line(line, content))
        .collect()
}

fn parse_line(line: u32, content: &str) -> Option<Line> {
    let content = content.trim_matches(|c: char| c.is_whitespace() || c == '\u{c}');
    if content.is_empty() || content.starts_with('#') {
        return None;
    }
    let content = content.strip_prefix('"').unwrap_or(content);
    let end = content
        .find(|c: char| c.is_whitespace() || c == '=' || c == '"')
        .unwrap_or(content.len());
    let keyword = content.get(..end)?.to_ascii_lowercase();
    let rest = content.get(end..)?;
    let rest = rest.strip_prefix('"').unwrap_or(rest).trim_start();
    // One `=` may stand between keyword and arguments.
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let (args, broken) = match split(rest) {
        Ok(args) => (args, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let broken = broken.or(args.is_empty().then_some("no argument"));
    Some(Line {
        line,
        keyword,
        args,
        broken,
    })
}

/// Splits as OpenSSH's `argv_split`: single and double quotes, backslash before quotes, blanks and itself, `#` ends.
fn split(rest: &str) -> Result<Vec<String>, &'static str> {
    let mut args = Vec::new();
    let mut chars = rest.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        match chars.peek() {
            None | Some('#') => return Ok(args),
            Some(_) => {}
        }
        let mut word = String::new();
        let mut quote: Option<char> = None;
        while let Some(c) = chars.next() {
            match (c, quote) {
                ('\\', _) => match chars
                    .next_if(|n| matches!(n, '"' | '\'' | '\\') || (quote.is_none() && *n == ' '))
                {
                    Some(escaped) => word.push(escaped),
                    None => word.push('\\'),
                },
                (c, Some(q)) if c == q => quote = None,
                ('"' | '\'', None) => quote = Some(c),
                (c, None) if c.is_whitespace() => break,
                (c, _) => word.push(c),
            }
        }
        if quote.is_some() {
            return Err("a quote is not closed");
        }
        args.push(word);
    }
}

/// Seconds of a time as OpenSSH writes it: `120`, `2m`, `1h30m`; `none` is `None`.
pub fn seconds(time: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut number = String::new();
    for c in time.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse::<i64>().ok()?)?;
    }
    (!time.is_empty()).then_some(total)
}

/// Does a name fit a pattern with `*` and `?`?
pub fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut n, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((n, p));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == name.get(n) => {
                n += 1;
                p += 1;
            }
            Some(_) | None => match retry {
                Some((from, star)) => {
                    retry = Some((from + 1, star));
                    n = from + 1;
                    p = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// A list of algorithms as sshd ends up with it: `+` appends to, `-` removes from, `^` puts in front of its own list.
pub fn algorithms(list: &str, own: &str) -> String {
    let split = |text: &str| -> Vec<String> {
        text.split(',')
            .filter(|a| !a.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let result = if let Some(more) = list.strip_prefix('+') {
        let mut all = split(own);
        all.extend(split(more));
        all
    } else if let Some(less) = list.strip_prefix('-') {
        let patterns = split(less);
        split(own)
            .into_iter()
            .filter(|a| !patterns.iter().any(|p| fits(a, p)))
            .collect()
    } else if let Some(first) = list.strip_prefix('^') {
        let mut all = split(first);
        all.extend(split(own));
        all
    } else {
        return list.to_owned();
    };
    let mut kept: Vec<String> = Vec::new();
    for algorithm in result {
        if !kept.contains(&algorithm) {
            kept.push(algorithm);
        }
    }
    // Nothing left: sshd falls back to its own list.
    if kept.is_empty() {
        own.to_owned()
    } else {
        kept.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_as_sshd_reads_them() {
        let lines = parse(
            "# c\nPermitRootLogin=no\n  X11Forwarding \"yes\" # c\nAllowUsers a 'b c' d\\ e\nBanner \"x\nPort\nUseDNS = no\n",
        );
        let shown: Vec<(u32, &str, Vec<&str>)> = lines
            .iter()
            .map(|l| {
                (
                    l.line,
                    l.keyword.as_str(),
                    l.args.iter().map(String::as_str).collect(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (2, "permitrootlogin", vec!["no"]),
                (3, "x11forwarding", vec!["yes"]),
                (4, "allowusers", vec!["a", "b c", "d e"]),
                (5, "banner", vec![]),
                (6, "port", vec![]),
                (7, "usedns", vec!["no"]),
            ]
        );
        assert!(lines[3].broken.is_some() && lines[4].broken.is_some());
    }

    #[test]
    fn times_and_lists() {
        assert_eq!(seconds("1m30"), Some(90));
        assert_eq!(seconds("1h"), Some(3600));
        assert_eq!(seconds("none"), None);
        assert_eq!(algorithms("-a*", "aes,bf"), "bf");
        assert_eq!(algorithms("-*", "aes,bf"), "aes,bf");
        assert_eq!(algorithms("+x", "aes,bf"), "aes,bf,x");
        assert_eq!(algorithms("^bf", "aes,bf"), "bf,aes");
        assert!(fits("hmac-sha1", "hmac-*1") && !fits("hmac-sha1", "hmac-?"));
    }
}

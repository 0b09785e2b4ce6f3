//! Postfix: `main.cf` with lines that go on, `master.cf` with its services and what they override, and the way in which
//! a value is put together of others.

use super::keyword::numbered;

mod expand;

pub use expand::expand;

/// A setting of `main.cf`, or one that a service overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its first line, from 1.
    pub line: u32,
    /// The parameter.
    pub name: String,
    /// The value, the lines that go on behind one blank each.
    pub value: String,
}

/// A service of `master.cf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its first line, from 1.
    pub line: u32,
    /// Its name, often a port.
    pub name: String,
    /// `inet`, `unix`, `fifo`, `pass`.
    pub kind: String,
    /// The columns private, unpriv, chroot, wakeup and maxproc, as written.
    pub columns: [String; 5],
    /// The program.
    pub command: String,
    /// What `-o` says to it.
    pub overrides: Vec<Setting>,
}

/// The settings of a `main.cf`, and the lines that are none.
pub fn main(text: &str) -> (Vec<Setting>, Vec<u32>) {
    let (mut settings, mut broken) = (Vec::new(), Vec::new());
    for logical in logical(text) {
        let (line, content) = (logical.line, logical.text());
        match content.split_once('=') {
            Some((name, value)) if is_name(name.trim()) => settings.push(Setting {
                line,
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
            }),
            Some(_) | None => broken.push(line),
        }
    }
    broken.extend(first_goes_on(text));
    (settings, broken)
}

/// The services of a `master.cf`, and the lines that are none.
pub fn master(text: &str) -> (Vec<Service>, Vec<u32>) {
    let (mut services, mut broken) = (Vec::new(), Vec::new());
    for logical in logical(text) {
        match service(&logical) {
            Some(service) => services.push(service),
            None => broken.push(logical.line),
        }
    }
    broken.extend(first_goes_on(text));
    (services, broken)
}

/// Is it a list of services: most lines have eight columns of the right kind?
pub fn is_master(text: &str) -> bool {
    let (services, broken) = master(text);
    !services.is_empty() && services.len() > broken.len()
}

/// A line with those that go on with it.
struct Logical<'t> {
    line: u32,
    parts: Vec<(u32, &'t str)>,
}

impl Logical<'_> {
    fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|(_, part)| part.trim()).collect();
        parts.join(" ")
    }
}

/// Lines that begin with a blank go on; empty lines and remarks between them are left out.
fn logical(text: &str) -> Vec<Logical<'_>> {
    let mut all: Vec<Logical<'_>> = Vec::new();
    for (line, content) in numbered(text) {
        if content.trim().is_empty() || content.trim_start().starts_with('#') {
            continue;
        }
        match all.last_mut() {
            Some(last) if content.starts_with(char::is_whitespace) => {
                last.parts.push((line, content));
            }
            _ if content.starts_with(char::is_whitespace) => {}
            _ => all.push(Logical {
                line,
                parts: vec![(line, content)],
            }),
        }
    }
    all
}

/// A line that goes on with nothing.
fn first_goes_on(text: &str) -> Option<u32> {
    numbered(text)
        .find(|(_, c)| !c.trim().is_empty() && !c.trim_start().starts_with('#'))
        .filter(|(_, c)| c.starts_with(char::is_whitespace))
        .map(|(line, _)| line)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn service(logical: &Logical<'_>) -> Option<Service> {
    let mut words = words(logical)?.into_iter();
    let (_, name) = words.next()?;
    let (_, kind) = words.next()?;
    if !["inet", "unix", "fifo", "pass", "unix-dgram"].contains(&kind.as_str()) {
        return None;
    }
    let mut column = || words.next().map(|(_, word)| word);
    let columns = [column()?, column()?, column()?, column()?, column()?];
    let command = column()?;
    let mut overrides = Vec::new();
    while let Some((line, word)) = words.next() {
        let (line, written) = match word.strip_prefix("-o") {
            Some("") => words.next()?,
            Some(rest) => (line, rest.to_owned()),
            None => continue,
        };
        let (name, value) = written.split_once('=')?;
        overrides.push(Setting {
            line,
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
        });
    }
    Some(Service {
        line: logical.line,
        name,
        kind,
        columns,
        command,
        overrides,
    })
}

/// The words of a service with their lines; braces around a word hold blanks together.
fn words(logical: &Logical<'_>) -> Option<Vec<(u32, String)>> {
    let mut all = Vec::new();
    let (mut word, mut start, mut depth) = (String::new(), logical.line, 0u32);
    for (line, part) in &logical.parts {
        for c in part.chars().chain(['\n']) {
            if c.is_whitespace() && depth == 0 {
                if !word.is_empty() {
                    all.push((start, std::mem::take(&mut word)));
                }
                continue;
            }
            if word.is_empty() {
                start = *line;
            }
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            word.push(if c == '\n' { ' ' } else { c });
        }
    }
    if depth > 0 {
        return None;
    }
    Some(
        all.into_iter()
            .map(|(line, word)| {
                let inner = word.strip_prefix('{').and_then(|w| w.strip_suffix('}'));
                let inner = inner.map(|inner| inner.trim().to_owned());
                (line, inner.unwrap_or(word))
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_go_on() {
        let (all, broken) =
            main("a = b,\n# x\n\n  c\n\td\nb=\nno sign\nsmtpd_banner = $myhostname ESMTP # kept\n");
        let pairs: Vec<(u32, &str, &str)> = all
            .iter()
            .map(|s| (s.line, s.name.as_str(), s.value.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                (1, "a", "b, c d"),
                (6, "b", ""),
                (8, "smtpd_banner", "$myhostname ESMTP # kept"),
            ]
        );
        assert_eq!(broken, [7]);
        assert_eq!(main("  x = 1\n").1, [1]);
    }

    #[test]
    fn services_override() {
        let (all, broken) = master(
            "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n  -o smtpd_tls_security_level=encrypt -o syslog_name=postfix/$service_name\n# -o x=y\n  -o { smtpd_client_restrictions = permit_sasl_authenticated, reject }\npickup unix n - y 60 1 pickup\nbad line\nmaildrop unix - n n - - pipe flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}\n",
        );
        assert_eq!(broken, [7]);
        let submission = &all[1];
        assert_eq!((submission.line, submission.command.as_str()), (2, "smtpd"));
        assert_eq!(
            submission.columns,
            ["n", "-", "y", "-", "-"].map(str::to_owned)
        );
        let third = &submission.overrides[2];
        assert_eq!(
            (third.line, third.name.as_str(), third.value.as_str()),
            (
                5,
                "smtpd_client_restrictions",
                "permit_sasl_authenticated, reject"
            )
        );
        assert_eq!(all[3].overrides, []);
        assert!(!is_master("a b c\n") && is_master("smtp inet n - y - - smtpd\n"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[ -~\\n\\tà=#${}?:-]{0,200}|((smtp |inet |n |- |smtpd |-o |a=b |[{}\\n#])){0,30}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            let (settings, broken) = main(&text);
            let (services, bad) = master(&text);
            let _ = is_master(&text);
            let said = services.iter().flat_map(|s| s.overrides.iter().map(|o| o.line).chain([s.line]));
            for line in said.chain(settings.iter().map(|s| s.line)).chain(broken).chain(bad) {
                prop_assert!(line >= 1 && line <= last);
            }
            let _ = expand(&text, &|name| Some(format!("${name}x")));
        }
    }
}

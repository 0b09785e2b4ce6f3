//! HAProxy: sections of lines, each line as words, with its quotes, its escapes and its variables of the environment;
//! lines of branches that are not taken are left out.

use super::keyword::numbered;

mod condition;
mod environment;

pub use condition::Answers;
use condition::Branches;
pub use environment::Environment;
use environment::Known;

/// A line of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// Its words, at least one; a variable that the file does not set stands as `${NAME}`.
    pub words: Vec<String>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The line that opens it, from 1.
    pub line: u32,
    /// `global`, `defaults`, `frontend`, `backend`, `listen`, …
    pub kind: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// The section of defaults that it names with `from`.
    pub from: Option<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Its sections in order.
    pub sections: Vec<Section>,
    /// Lines that are not understood, and why.
    pub problems: Vec<(u32, &'static str)>,
    /// The line of an `.alert` at which HAProxy refuses to start.
    pub refused: Option<u32>,
}

/// Reads a file. `environment` holds what files before it set, and takes what this one sets; `answers` decides the
/// conditions that the file cannot decide itself, and takes what was asked.
pub fn parse(text: &str, environment: &mut Environment, answers: &mut Answers) -> File {
    let mut file = File::default();
    let mut branches = Branches::default();
    for (line, content) in numbered(text) {
        let words = match words(content, environment) {
            Ok(words) => words,
            Err(why) => {
                file.problems.push((line, why));
                continue;
            }
        };
        let Some(first) = words.first() else { continue };
        if first.starts_with('.') {
            match branches.take(line, &words, environment, answers) {
                Err(why) => file.problems.push((line, why)),
                Ok(true) => {}
                Ok(false) if !branches.is_live(answers) => {}
                Ok(false) if first == ".alert" => {
                    file.refused.get_or_insert(line);
                }
                Ok(false) if [".notice", ".warning", ".diag"].contains(&first.as_str()) => {}
                Ok(false) => file.problems.push((line, "no word of a condition")),
            }
            continue;
        }
        if !branches.is_live(answers) {
            continue;
        }
        if SECTIONS.contains(&first.as_str()) {
            let section = section(line, &words);
            // Old forms write an address behind the name; no version of these years reads it.
            if PROXIES.contains(&first.as_str()) && words.len() > 2 && section.from.is_none() {
                file.problems
                    .push((line, "words behind the name of a section"));
            }
            file.sections.push(section);
            continue;
        }
        environment.take(&words);
        match file.sections.last_mut() {
            Some(section) => section.lines.push(Line { line, words }),
            None => file.problems.push((line, "a line before any section")),
        }
    }
    if let Some(line) = branches.unclosed() {
        file.problems.push((line, "a condition that is not closed"));
    }
    file
}

fn section(line: u32, words: &[String]) -> Section {
    let kind = words.first().cloned().unwrap_or_default();
    let mut rest = words.iter().skip(1);
    let mut name = rest.next().cloned().unwrap_or_default();
    let mut from = None;
    if name == "from" && kind == "defaults" {
        name = String::new();
        from = rest.next().cloned();
    } else if rest.next().is_some_and(|word| word == "from") {
        from = rest.next().cloned();
    }
    Section {
        line,
        kind,
        name,
        from,
        lines: Vec::new(),
    }
}

/// Is it a configuration of HAProxy: sections that only it has, with lines that only it has?
pub fn looks_like(text: &str) -> bool {
    // Asked of every file whose name says nothing: most have no such line.
    let opens = |line: &str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        PROXIES.contains(&first.trim_matches(['"', '\'']))
    };
    if !text.lines().any(opens) {
        return false;
    }
    let file = parse(text, &mut Environment::default(), &mut Answers::every());
    let proxies = file
        .sections
        .iter()
        .filter(|s| PROXIES.contains(&s.kind.as_str()) && is_name(&s.name));
    proxies.clone().count() > 0
        && proxies
            .flat_map(|s| &s.lines)
            .filter_map(|l| l.words.first())
            .any(|w| OWN_WORDS.contains(&w.as_str()))
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.', ':'].contains(&c);
    !name.is_empty() && name.chars().all(allowed)
}

/// The words of a line, up to a remark.
fn words(content: &str, environment: &Environment) -> Result<Vec<String>, &'static str> {
    let (mut all, mut word, mut open) = (Vec::new(), String::new(), false);
    let (mut single, mut double) = (false, false);
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' if !double => {
                single = !single;
                open = true;
            }
            '"' if !single => {
                double = !double;
                open = true;
            }
            '\\' if !single => {
                open = true;
                match chars.next() {
                    Some('n') => word.push('\n'),
                    Some('r') => word.push('\r'),
                    Some('t') => word.push('\t'),
                    // Within double quotes a backslash escapes only these.
                    Some(c) if double && !['"', '\\', '$'].contains(&c) => word.extend(['\\', c]),
                    Some(c) => word.push(c),
                    None => return Err("a backslash at the end of the line"),
                }
            }
            '$' if double => {
                open = true;
                variable(&mut chars, environment, &mut word);
            }
            '#' if !single && !double => break,
            c if c.is_whitespace() && !single && !double => {
                if open {
                    all.push(std::mem::take(&mut word));
                }
                open = false;
            }
            c => {
                open = true;
                word.push(c);
            }
        }
    }
    if single || double {
        return Err("quotes that are not closed");
    }
    if open {
        all.push(word);
    }
    Ok(all)
}

/// `$NAME`, `${NAME}`, `${NAME-own}` behind the dollar sign.
fn variable(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    environment: &Environment,
    word: &mut String,
) {
    let braces = chars.next_if_eq(&'{').is_some();
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || ['_', '.'].contains(c)) {
        name.push(c);
    }
    let mut own = None;
    if braces {
        let rest: String =
            std::iter::from_fn(|| chars.next_if(|c| *c != '}' && *c != '"')).collect();
        chars.next_if_eq(&'}');
        own = rest.strip_prefix('-').map(str::to_owned);
    }
    match (environment.get(&name), own) {
        (Known::Is(value), _) => word.push_str(value),
        (Known::Gone, own) => word.push_str(&own.unwrap_or_default()),
        // Which of both counts is decided where it starts.
        (Known::There | Known::Nothing, Some(own)) => word.push_str(&format!("${{{name}-{own}}}")),
        (Known::There | Known::Nothing, None) => word.push_str(&format!("${{{name}}}")),
    }
}

/// Sections that pass traffic on.
const PROXIES: [&str; 3] = ["frontend", "backend", "listen"];

/// The words that open a section.
const SECTIONS: [&str; 19] = [
    "global",
    "defaults",
    "frontend",
    "backend",
    "listen",
    "userlist",
    "peers",
    "resolvers",
    "mailers",
    "cache",
    "program",
    "http-errors",
    "ring",
    "log-forward",
    "fcgi-app",
    "crt-store",
    "traces",
    "log-profile",
    "acme",
];

/// Lines of proxies by which HAProxy is told.
const OWN_WORDS: [&str; 9] = [
    "bind",
    "server",
    "default_backend",
    "use_backend",
    "http-request",
    "http-response",
    "balance",
    "server-template",
    "tcp-request",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> File {
        parse(text, &mut Environment::default(), &mut Answers::default())
    }

    #[test]
    fn sections_and_words() {
        let file = read(
            "global\n  setenv PORT 8443\n\tlog \"127.0.0.1:514\" local0 # xa\ndefaults chung\n mode http\nfrontend web from chung\n bind \"*:${PORT}\" # cổng\n http-response set-header X-A 'a \"b\" #c'\n acl a path_beg /x\\ y\n bind \"${HOST}:80\"\n",
        );
        assert_eq!(file.problems, []);
        let web = &file.sections[2];
        assert_eq!(
            (web.kind.as_str(), web.name.as_str(), web.from.as_deref()),
            ("frontend", "web", Some("chung"))
        );
        assert_eq!(web.lines[0].words, ["bind", "*:8443"]);
        assert_eq!(web.lines[1].words[3], "a \"b\" #c");
        assert_eq!(web.lines[2].words[3], "/x y");
        assert_eq!(web.lines[3].words[1], "${HOST}:80");
        assert_eq!(web.lines[3].line, 10);
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let file = read(
            "mode http\nglobal\n log \"a\n.if streq(a\n daemon\n.endif\n.endif\n.if 1\n.iff\n",
        );
        let lines: Vec<u32> = file.problems.iter().map(|p| p.0).collect();
        assert_eq!(lines, [1, 3, 4, 7, 9, 8]);
        assert!(looks_like("backend a\n server b 10.0.0.1:80\n"));
        assert!(looks_like(
            ".if defined(X)\nbackend a\n.else\n server b 10.0.0.1:80\n.endif\n"
        ));
        assert!(!looks_like("global\n daemon\n") && !looks_like("listen = 80\nserver x\n"));
    }

    #[test]
    fn branches_that_are_taken() {
        let text = "global\n setenv M x\n.if streq(\"$M\",x)\n a\n .if 0\n  b\n .else\n  c\n .endif\n.elif feature(Y)\n d\n.else\n.alert \"e\"\n.endif\n.if feature(X)\n f\n.alert \"g\"\n.else\n h\n.endif\n";
        let of = |assumed: &[(&str, bool)]| {
            let assumed = assumed.iter().map(|(a, is)| ((*a).to_owned(), *is));
            let mut answers = Answers::of(assumed.collect());
            let file = parse(text, &mut Environment::default(), &mut answers);
            let words: Vec<String> = file.sections[0]
                .lines
                .iter()
                .map(|l| l.words[0].clone())
                .collect();
            assert_eq!(file.problems, []);
            assert_eq!(answers.asked, [("feature(X)".to_owned(), 15)]);
            (words.join(" "), file.refused)
        };
        assert_eq!(of(&[]), ("setenv a c h".into(), None));
        assert_eq!(
            of(&[("feature(X)", true)]),
            ("setenv a c f".into(), Some(17))
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)((global|defaults|frontend|listen|backend|bind|from) ?|\\n\\.(if|elif|else|endif|alert) |(defined|streq)\\(|[ -~\\n\\tà\"'\\\\$#{}.]){0,60}") {
            let last = u32::try_from(text.lines().count()).unwrap();
            let _ = looks_like(&text);
            let file = read(&text);
            let lines = file.sections.iter().flat_map(|s| s.lines.iter().map(|l| l.line).chain([s.line]));
            for line in lines.chain(file.problems.iter().map(|p| p.0)) {
                prop_assert!(line >= 1 && line <= last);
            }
        }
    }
}

//! The conditions of HAProxy (`.if`, `.elif`, `.else`, `.endif`): what the file itself decides, and what is asked of those
//! who read it.

use std::collections::BTreeMap;

use super::environment::{Environment, Known};

/// Answers to what a file cannot tell: the build, the version, the environment.
#[derive(Debug, Default)]
pub struct Answers {
    assumed: BTreeMap<String, bool>,
    /// What was asked, with the line, in order; each once.
    pub asked: Vec<(String, u32)>,
    /// Every branch is taken: what a file holds at all.
    every: bool,
}

impl Answers {
    /// These answers, and no to all else.
    pub fn of(assumed: BTreeMap<String, bool>) -> Self {
        Self {
            assumed,
            ..Self::default()
        }
    }

    /// Every branch is taken.
    pub fn every() -> Self {
        Self {
            every: true,
            ..Self::default()
        }
    }

    fn ask(&mut self, what: String, line: u32) -> bool {
        let answer = self.assumed.get(&what).copied().unwrap_or(false);
        if !self.asked.iter().any(|(asked, _)| *asked == what) {
            self.asked.push((what, line));
        }
        answer
    }
}

/// Where a line stands among conditions, the outermost first.
#[derive(Debug, Default)]
pub(super) struct Branches {
    open: Vec<Branch>,
}

#[derive(Debug)]
struct Branch {
    line: u32,
    state: State,
    /// `.else` was there.
    last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Taken,
    /// None yet.
    Waiting,
    /// One was, or those around it are not.
    Skipped,
}

impl Branches {
    /// Are lines read here?
    pub(super) fn is_live(&self, answers: &Answers) -> bool {
        answers.every || self.open.iter().all(|b| b.state == State::Taken)
    }

    /// The line of a condition that is never closed.
    pub(super) fn unclosed(&self) -> Option<u32> {
        self.open.first().map(|branch| branch.line)
    }

    /// Takes a line that begins with a dot; false where it is no condition.
    ///
    /// # Errors
    /// Where HAProxy would not take it.
    pub(super) fn take(
        &mut self,
        line: u32,
        words: &[String],
        environment: &Environment,
        answers: &mut Answers,
    ) -> Result<bool, &'static str> {
        let condition = words.get(1..).unwrap_or_default().join(" ");
        let mut mistake = None;
        let mut holds = |answers: &mut Answers| {
            if answers.every {
                return true;
            }
            decided(&condition, environment, answers, line).unwrap_or_else(|()| {
                mistake = Some("a condition that HAProxy does not take");
                // Whoever reads it must not count on either.
                answers.ask(condition.clone(), line)
            })
        };
        match words.first().map(String::as_str) {
            Some(".if") => {
                if self.open.len() >= MAX_NESTED {
                    return Err("too many conditions inside each other");
                }
                let state = if !self.is_live(answers) {
                    State::Skipped
                } else if holds(answers) {
                    State::Taken
                } else {
                    State::Waiting
                };
                self.open.push(Branch {
                    line,
                    state,
                    last: false,
                });
            }
            Some(word @ (".elif" | ".else")) => {
                let Some(branch) = self.open.last_mut().filter(|branch| !branch.last) else {
                    return Err("a branch of no condition");
                };
                branch.last = word == ".else";
                branch.state = match branch.state {
                    State::Taken | State::Skipped => State::Skipped,
                    State::Waiting if branch.last || holds(answers) => State::Taken,
                    State::Waiting => State::Waiting,
                };
                if branch.last && !condition.is_empty() {
                    return Err("words behind .else");
                }
            }
            Some(".endif") => {
                if self.open.pop().is_none() {
                    return Err("the end of no condition");
                }
            }
            Some(_) | None => return Ok(false),
        }
        mistake.map_or(Ok(true), Err)
    }
}

/// Does a condition hold? An empty one does not.
fn decided(
    text: &str,
    environment: &Environment,
    answers: &mut Answers,
    line: u32,
) -> Result<bool, ()> {
    let mut reader = Reader {
        rest: text,
        environment,
        answers,
        line,
    };
    reader.blanks();
    if reader.rest.is_empty() {
        return Ok(false);
    }
    let holds = reader.any(true, 0)?;
    if reader.rest.is_empty() {
        Ok(holds)
    } else {
        Err(())
    }
}

struct Reader<'a> {
    rest: &'a str,
    environment: &'a Environment,
    answers: &'a mut Answers,
    line: u32,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn eat(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Terms with `||` between them; what is not live is read and not asked.
    fn any(&mut self, live: bool, depth: usize) -> Result<bool, ()> {
        let mut holds = self.all(live, depth)?;
        while self.eat("||") {
            let right = self.all(live && !holds, depth)?;
            holds |= right;
        }
        Ok(holds)
    }

    /// Terms with `&&` between them.
    fn all(&mut self, live: bool, depth: usize) -> Result<bool, ()> {
        let mut holds = self.term(live, depth)?;
        while self.eat("&&") {
            let right = self.term(live && holds, depth)?;
            holds &= right;
        }
        Ok(holds)
    }

    fn term(&mut self, live: bool, depth: usize) -> Result<bool, ()> {
        if depth > MAX_DEPTH {
            return Err(());
        }
        self.blanks();
        let mut negated = false;
        while self.eat("!") {
            negated = !negated;
            self.blanks();
        }
        let holds = if let Some((length, holds)) = number(self.rest) {
            self.rest = self.rest.get(length..).unwrap_or_default();
            holds
        } else if self.eat("(") {
            let inner = self.any(live, depth + 1)?;
            if !self.eat(")") {
                return Err(());
            }
            inner
        } else {
            self.predicate(live)?
        };
        self.blanks();
        Ok(holds != negated)
    }

    fn predicate(&mut self, live: bool) -> Result<bool, ()> {
        let end = self.rest.find([' ', '(']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end).ok_or(())?;
        self.rest = rest;
        let (_, wanted) = PREDICATES.iter().find(|(n, _)| *n == name).ok_or(())?;
        let mut arguments = self.arguments()?;
        // A missing one is an empty one, where there is one only.
        if arguments.is_empty() && *wanted == 1 {
            arguments.push(String::new());
        }
        match arguments.as_slice() {
            [one] if *wanted == 1 => Ok(live && self.of_one(name, one)),
            [one, other] if *wanted == 2 => Ok(live && self.of_two(name, one, other)),
            _ => Err(()),
        }
    }

    /// What stands in the brackets, split at commas; blanks count.
    fn arguments(&mut self) -> Result<Vec<String>, ()> {
        if !self.eat("(") {
            return Ok(Vec::new());
        }
        let (mut all, mut word) = (Vec::new(), String::new());
        let (mut single, mut double) = (false, false);
        let mut chars = self.rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' if !double => single = !single,
                '"' if !single => double = !double,
                '\\' if !single => word.extend(chars.next()),
                ',' if !single && !double => all.push(std::mem::take(&mut word)),
                ')' if !single && !double => {
                    all.push(word);
                    self.rest = chars.as_str();
                    return Ok(all);
                }
                c => word.push(c),
            }
        }
        Err(())
    }

    fn of_one(&mut self, name: &str, word: &str) -> bool {
        if name == "defined" {
            return match self.environment.get(word) {
                Known::Is(_) | Known::There => true,
                Known::Gone => false,
                Known::Nothing if word.is_empty() => false,
                Known::Nothing => self.ask("defined", word),
            };
        }
        // What reads conditions at all is 2.4 or later.
        if name.starts_with("version_") && release(word).is_some_and(|v| v <= (2, 4)) {
            return name == "version_atleast";
        }
        match name.strip_suffix("_before") {
            Some(family) => !self.ask(&format!("{family}_atleast"), word),
            None => self.ask(name, word),
        }
    }

    fn of_two(&mut self, name: &str, one: &str, other: &str) -> bool {
        let known = !one.contains("${") && !other.contains("${");
        match name {
            "strstr" if known => one.contains(other),
            "strstr" => self.ask("strstr", &format!("{one},{other}")),
            _ => {
                let equal =
                    one == other || (!known && self.ask("streq", &format!("{one},{other}")));
                equal == (name == "streq")
            }
        }
    }

    fn ask(&mut self, name: &str, word: &str) -> bool {
        self.answers.ask(format!("{name}({word})"), self.line)
    }
}

/// A number as C reads it: how long it is, and whether it is not zero.
fn number(text: &str) -> Option<(usize, bool)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = text.len() - unsigned.len();
    let of = |prefix: usize, is_digit: fn(char) -> bool| {
        let digits = unsigned.get(prefix..)?;
        let length = digits.find(|c| !is_digit(c)).unwrap_or(digits.len());
        let not_zero = digits.get(..length)?.contains(|c| c != '0');
        (length > 0).then_some((sign + prefix + length, not_zero))
    };
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return of(2, |c| c.is_ascii_hexdigit()).or(Some((sign + 1, false)));
    }
    if unsigned.starts_with('0') {
        return of(0, |c| ('0'..='7').contains(&c));
    }
    of(0, |c| c.is_ascii_digit())
}

/// The first two numbers of a version.
fn release(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split(['.', '-']);
    let major = parts.next()?.parse().ok()?;
    let minor = match parts.next() {
        Some(minor) => minor.parse().ok()?,
        None => 0,
    };
    Some((major, minor))
}

/// What a condition may ask, with how many words: of every version since 2.4.
const PREDICATES: [(&str, usize); 13] = [
    ("defined", 1),
    ("feature", 1),
    ("enabled", 1),
    ("streq", 2),
    ("strneq", 2),
    ("strstr", 2),
    ("version_atleast", 1),
    ("version_before", 1),
    ("openssl_version_atleast", 1),
    ("openssl_version_before", 1),
    ("ssllib_name_startswith", 1),
    ("awslc_api_atleast", 1),
    ("awslc_api_before", 1),
];

const MAX_NESTED: usize = 64;
const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// `yes`, `no`, what is asked, or a mistake.
    fn of(text: &str) -> String {
        let mut environment = Environment::default();
        for line in ["setenv B b1", "presetenv A own", "unsetenv GONE"] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            environment.take(&words);
        }
        let mut answers = Answers::default();
        match decided(text, &environment, &mut answers, 1) {
            Err(()) => "mistake".into(),
            Ok(_) if !answers.asked.is_empty() => {
                let asked: Vec<&str> = answers.asked.iter().map(|(a, _)| a.as_str()).collect();
                asked.join(" ")
            }
            Ok(true) => "yes".into(),
            Ok(false) => "no".into(),
        }
    }

    /// As HAProxy 2.6 says of the same lines, quotes and variables taken out before.
    #[test]
    fn decided_as_haproxy_does() {
        for (text, wanted) in [
            ("", "no"),
            ("1", "yes"),
            ("-1", "yes"),
            ("0x0", "no"),
            ("010", "yes"),
            ("08", "mistake"),
            ("1x", "mistake"),
            ("1 foo", "mistake"),
            ("true", "mistake"),
            ("((1))", "yes"),
            ("(1 && 0) || ! (0)", "yes"),
            ("(defined(B)", "mistake"),
            ("0 && nonsense(1)", "mistake"),
            ("1 || nonsense", "mistake"),
            ("!!1", "yes"),
            ("defined(B)&&1", "yes"),
            ("defined(B) &&", "mistake"),
            ("defined(B)extra", "mistake"),
            ("defined(A) && !defined(GONE)", "yes"),
            ("defined", "no"),
            ("defined()", "no"),
            ("defined B", "mistake"),
            ("defined( B )", "defined( B )"),
            ("streq(a,a)", "yes"),
            ("streq(a, a)", "no"),
            ("streq(a b,a b)", "yes"),
            ("streq(\"a,b\",'a,b')", "yes"),
            ("streq(,)", "yes"),
            ("streq(a)", "mistake"),
            ("streq(a,b,c)", "mistake"),
            ("streq(x,x))", "mistake"),
            ("strneq(a,b)", "yes"),
            ("streq(${X},a) || 1", "streq(${X},a)"),
            ("strstr(abc,b)", "yes"),
            ("version_atleast(2.4)", "yes"),
            ("version_before(2.2.1)", "no"),
            ("version_before(2.8)", "version_atleast(2.8)"),
            ("feature(OPENSSL) && enabled(EPOLL)", "feature(OPENSSL)"),
            ("openssl_version_before(3)", "openssl_version_atleast(3)"),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
        assert_eq!(of(&"(".repeat(100_000)), "mistake");
    }
}

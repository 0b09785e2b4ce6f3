//! Which headers the answers of a host have: what the server and the host set, and what their sections take back.

use super::Node;
use super::condition::{self, Asks};
use super::facts::put;
use super::htaccess::Over;
use crate::collect::config::nginx::is_aside;
use crate::model::{Place, Subject, Value};

/// Sections of the server that change HSTS: looked for once for all hosts.
pub(super) fn sections(nodes: &[Node]) -> Vec<&Node> {
    nodes
        .iter()
        .filter(|n| n.name != "virtualhost" && touches(n))
        .collect()
}

fn touches(node: &Node) -> bool {
    node.children()
        .iter()
        .any(|n| Line::of(n).is_some_and(|l| l.is_hsts()) || touches(n))
}

/// Puts which headers every answer has, and how long HSTS holds at the least. `above` are the lines of the server,
/// `outer` its sections, `over` what folders lay over it.
pub(super) fn put_all(
    host: &[Node],
    above: &[Node],
    outer: &[&Node],
    over: &[Over<'_>],
    missing: Option<&str>,
    subject: &mut Subject,
) {
    let mut levels = vec![above];
    if !std::ptr::eq(host, above) {
        levels.push(host);
    }
    levels.extend(over.iter().filter(|o| o.every).map(|o| o.nodes));
    let lines = || levels.iter().copied().flatten().filter_map(Line::of);
    let mut names: Vec<String> = Vec::new();
    let mut hsts = Hsts::default();
    for line in lines() {
        if line.takes_away() {
            names.retain(|n| *n != line.name);
        } else if line.sets() && line.holds() {
            names.push(line.name.clone());
        }
        hsts.take(&line);
    }
    names.sort();
    names.dedup();
    let shown = names.iter().map(|n| Value::from(n.as_str()));
    let value = match missing {
        Some(_) => Value::partial_list(shown),
        None => Value::list(shown),
    };
    put(subject, "header_names", value, None);
    // What holds for all requests over TLS, written as a section.
    for level in &levels {
        for section in level.iter().filter(|n| asks(n) == Asks::Tls) {
            for line in section.children().iter().filter_map(Line::of) {
                hsts.take(&line);
            }
        }
    }
    let mut worst = hsts.age();
    let mut see = |hsts: &Hsts<'_>| {
        let age = hsts.age();
        if rank(&age.0) < rank(&worst.0) {
            worst = age;
        }
    };
    for section in outer.iter().take(MAX_SECTIONS) {
        section_of(section, &hsts, &mut see);
    }
    if !std::ptr::eq(host, above) {
        host.iter().for_each(|n| section_of(n, &hsts, &mut see));
    }
    for folder in over {
        let mut here = hsts;
        if !folder.every {
            folder
                .nodes
                .iter()
                .filter_map(Line::of)
                .for_each(|line| here.take(&line));
            see(&here);
        }
        folder
            .nodes
            .iter()
            .for_each(|n| section_of(n, &here, &mut see));
    }
    let (age, place) = worst;
    let value = match (age, missing) {
        (Some(0), Some(what)) => Value::unseen("include-missing", what),
        (Some(1..), _) if outer.len() > MAX_SECTIONS => {
            Value::unseen("too-large", "more sections than are looked at")
        }
        (Some(age), _) => Value::Int(age),
        (None, _) => Value::unseen("ambiguous", "the header is written anew by an expression"),
    };
    put(subject, "hsts_max_age", value, place);
}

/// Shows what a section, and those inside it, make of HSTS.
fn section_of<'n>(node: &'n Node, above: &Hsts<'n>, see: &mut dyn FnMut(&Hsts<'n>)) {
    let skipped = node.block.is_none()
        || node.name == "virtualhost"
        || asks(node) != Asks::Other
        || node
            .args
            .last()
            .is_some_and(|a| is_aside(a, is_pattern(node)));
    if skipped || !touches(node) {
        return;
    }
    let mut here = *above;
    for line in node.children().iter().filter_map(Line::of) {
        here.take(&line);
    }
    see(&here);
    for child in node.children() {
        section_of(child, &here, see);
    }
}

fn is_pattern(node: &Node) -> bool {
    node.name.ends_with("match") || node.args.first().is_some_and(|a| a == "~")
}

fn asks(node: &Node) -> Asks {
    if node.name != "if" {
        return Asks::Other;
    }
    condition::of_expression(&node.text())
}

/// Less is worse; what is not known comes between nothing and the rest.
fn rank(age: &Option<i64>) -> (u8, i64) {
    match age {
        Some(0) => (0, 0),
        None => (1, 0),
        Some(age) => (2, *age),
    }
}

/// A `Header` line taken apart.
struct Line<'n> {
    always: bool,
    action: String,
    name: String,
    rest: &'n [String],
    place: &'n Place,
}

impl<'n> Line<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        if node.name != "header" {
            return None;
        }
        let mut args = node.args.as_slice();
        let first = args.first()?.to_ascii_lowercase();
        let always = first == "always";
        if always || first == "onsuccess" {
            args = args.get(1..)?;
        }
        let [action, name, rest @ ..] = args else {
            return None;
        };
        Some(Self {
            always,
            action: action.to_ascii_lowercase(),
            name: name.trim_end_matches(':').to_ascii_lowercase(),
            rest,
            place: &node.place,
        })
    }

    fn is_hsts(&self) -> bool {
        self.name == "strict-transport-security"
    }

    fn takes_away(&self) -> bool {
        self.action == "unset"
    }

    fn sets(&self) -> bool {
        ["set", "append", "merge", "add", "setifempty"].contains(&self.action.as_str())
    }

    /// Does it hold for every request over TLS?
    fn holds(&self) -> bool {
        let asked = self.rest.iter().skip(1).find_map(|w| condition::of_word(w));
        asked.is_none_or(|asks| asks == Asks::Tls)
    }

    fn age(&self) -> Option<i64> {
        let text = self.rest.first()?.to_ascii_lowercase();
        let (_, rest) = text.split_once("max-age=")?;
        let digits: String = rest
            .trim_start_matches('"')
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    }
}

/// The header in the two tables that Apache keeps: that of all answers, and that of those which succeed.
#[derive(Debug, Default, Clone, Copy)]
struct Hsts<'n> {
    tables: [Option<(Option<i64>, &'n Place)>; 2],
    /// The line that took it away.
    gone: Option<&'n Place>,
}

impl<'n> Hsts<'n> {
    fn take(&mut self, line: &Line<'n>) {
        if !line.is_hsts() {
            return;
        }
        let [success, always] = &mut self.tables;
        let table = if line.always { always } else { success };
        if line.takes_away() {
            // Where it stands in the other table it is still sent.
            if table.take().is_some() {
                self.gone = Some(line.place);
            }
        } else if line.action.starts_with("edit") {
            if let Some((age, _)) = table {
                *age = None;
            }
        } else if line.sets() {
            let age = Some(line.age().unwrap_or(0));
            let less = table.is_some_and(|(held, _)| rank(&age) < rank(&held));
            if line.holds() || less {
                *table = Some((age, line.place));
            }
        }
    }

    fn age(&self) -> (Option<i64>, Option<Place>) {
        let held = self.tables.iter().flatten();
        match held.min_by_key(|(age, _)| rank(age)) {
            Some((age, place)) => (*age, Some((*place).clone())),
            None => (Some(0), self.gone.cloned()),
        }
    }
}

/// How many sections of the server are laid over each host.
const MAX_SECTIONS: usize = 200;

#[cfg(test)]
mod tests {
    use super::super::tests::{host, main};

    fn age(server: &str, lines: &str) -> String {
        let out = main(&format!(
            "{server}\n<VirtualHost *:443>\nServerName a\nSSLEngine on\n{lines}\n</VirtualHost>\n"
        ));
        host(&out, "a:443", "hsts_max_age")
    }

    const SET: &str =
        "Header always set Strict-Transport-Security \"max-age=31536000; includeSubDomains\"";

    #[test]
    fn what_is_set_for_every_answer() {
        assert_eq!(age("", SET), "31536000");
        assert_eq!(age(SET, ""), "31536000");
        assert_eq!(age("", &format!("{SET} env=HTTPS")), "31536000");
        assert_eq!(
            age("", &format!("{SET} \"expr=%{{HTTPS}} == 'on'\"")),
            "31536000"
        );
        assert_eq!(age("", &format!("{SET} env=known")), "0");
        assert_eq!(
            age("", &format!("<If \"%{{HTTPS}} == 'on'\">\n{SET}\n</If>")),
            "31536000"
        );
        assert_eq!(
            age("", &format!("<If \"%{{HTTP_HOST}} == 'a'\">\n{SET}\n</If>")),
            "0"
        );
    }

    #[test]
    fn sections_that_take_it_back() {
        let name = "Strict-Transport-Security";
        let with = |lines: &str| age("", &format!("{SET}\n{lines}"));
        let section = |section: &str, lines: &str| {
            let end = section.split(' ').next().unwrap_or_default();
            format!("<{section}>\n{lines}\n</{end}>")
        };
        let unset = format!("Header always unset {name}");
        assert_eq!(with(&unset), "0");
        // The other table is another matter.
        assert_eq!(with(&format!("Header unset {name}")), "31536000");
        assert_eq!(with(&section("Location /app", &unset)), "0");
        assert_eq!(with(&section("Directory /srv", &unset)), "0");
        assert_eq!(
            with(&section("If \"%{REMOTE_ADDR} == '10.0.0.1'\"", &unset)),
            "0"
        );
        assert_eq!(
            with(&section("If \"%{HTTPS} != 'on'\"", &unset)),
            "31536000"
        );
        assert_eq!(
            with(&section("Location /.well-known/x", &unset)),
            "31536000"
        );
        assert_eq!(
            with(&section("FilesMatch \"\\.(css|js)$\"", &unset)),
            "31536000"
        );
        assert_eq!(age(&section("Location /", &unset), SET), "0");
        assert_eq!(
            with(&section(
                "Location /b",
                &format!("Header always set {name} max-age=60")
            )),
            "60"
        );
        assert_eq!(
            with(&format!(
                "Header always edit {name} ^.*$ \"max-age=%{{x}}e\""
            )),
            "? (ambiguous)"
        );
        assert_eq!(
            with(&section("Directory /srv", &section("Else", &unset))),
            "0"
        );
    }
}

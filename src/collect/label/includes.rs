//! Parts of a template that stand in other files of the folder: `@include`, `{% extends %}`, `{{> part}}`, `th:replace`, PHP's
//! `include` of a literal path. What is found is printed where it is called; what is not found stays not understood.

use std::collections::BTreeMap;

use super::parts::{Part, parts};
use super::read::Spot;
use crate::collect::Reader;
use crate::parse::vietnamese;

/// The deepest chain of files.
const MAX_DEPTH: usize = 8;
/// The most files that one label is made of.
const MAX_PARTS: usize = 200;
/// The most pieces of one label.
const MAX_SPOTS: usize = 50_000;

/// The files that a template may call.
pub(super) struct Folder<'a, 'b> {
    reader: &'a mut Reader<'b>,
    files: &'a [String],
    read: BTreeMap<String, Option<String>>,
}

impl<'a, 'b> Folder<'a, 'b> {
    /// `files`: all templates of the folder.
    pub(super) fn of(reader: &'a mut Reader<'b>, files: &'a [String]) -> Self {
        Self {
            reader,
            files,
            read: BTreeMap::new(),
        }
    }

    fn text(&mut self, file: &str) -> Option<String> {
        if let Some(known) = self.read.get(file) {
            return known.clone();
        }
        let read = self.reader.bytes(&format!("/{file}")).ok();
        let text = read
            .and_then(|b| vietnamese::text(&b).ok())
            .map(|(text, _)| text)
            .map(|t| t.to_string());
        self.read.insert(file.to_owned(), text.clone());
        text
    }

    /// The file that a call names: beside the file that calls it, else the only one in the folder whose path ends so.
    fn find(&mut self, name: &str, from: &str) -> Option<(String, String)> {
        let beside = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (at, candidate) in candidates(name).into_iter().enumerate() {
            // In a folder its list says what is there; a label that is a file alone has no list.
            let listed = |n: &String| at == 0 || self.files.len() < 2 || self.files.contains(n);
            let near = normal(&format!("{beside}/{candidate}"));
            if let Some(near) = near.filter(|n| n != from && listed(n))
                && let Some(text) = self.text(&near)
            {
                return Some((near, text));
            }
            let Some(wanted) = normal(&candidate) else {
                continue;
            };
            let tail = format!("/{wanted}");
            let mut ends = self
                .files
                .iter()
                .filter(|f| *f != from && (**f == wanted || f.ends_with(&tail)));
            if let (Some(one), None) = (ends.next().cloned(), ends.next()) {
                let text = self.text(&one)?;
                return Some((one, text));
            }
        }
        None
    }
}

/// The pieces of a template with those of the files that it calls, at the lines where it calls them.
pub(super) fn follow(
    spots: Vec<Spot>,
    file: &str,
    folder: &mut Folder<'_, '_>,
    spots_of: &dyn Fn(&str) -> Vec<Spot>,
) -> Vec<Spot> {
    let mut walk = Walk {
        folder,
        spots_of,
        stack: vec![file.to_owned()],
        parts: 0,
        extended: false,
    };
    walk.all(spots)
}

struct Walk<'f, 'a, 'b, 's> {
    folder: &'f mut Folder<'a, 'b>,
    spots_of: &'s dyn Fn(&str) -> Vec<Spot>,
    stack: Vec<String>,
    parts: usize,
    /// In a layout that a template extends: its yields are that template's sections.
    extended: bool,
}

impl Walk<'_, '_, '_, '_> {
    fn all(&mut self, spots: Vec<Spot>) -> Vec<Spot> {
        let mut out = Vec::new();
        for spot in spots {
            self.one(spot, &mut out);
            if out.len() > MAX_SPOTS {
                out.extend(super::spots::rest());
                break;
            }
        }
        out
    }

    fn one(&mut self, spot: Spot, out: &mut Vec<Spot>) {
        if !CALLS.iter().any(|word| spot.text.contains(word)) {
            out.push(spot);
            return;
        }
        let pieces = parts(&spot.text);
        if !pieces.iter().any(|p| matches!(p, Part::Fetch(_))) {
            out.push(spot);
            return;
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Part::Words(words) => text.push_str(&words),
                Part::Put(put) => text.push_str(&format!("{{{{ {put} }}}}")),
                Part::Fetch(what) => {
                    flush(&mut text, &spot, out);
                    match self.called(&what, &spot) {
                        Some(called) => out.extend(called),
                        // Told as before: what it prints is not known.
                        None => out.push(Spot {
                            text: format!("{{{{> {what} }}}}"),
                            ..spot.clone()
                        }),
                    }
                }
            }
        }
        flush(&mut text, &spot, out);
    }

    /// What a call prints, where that is known.
    fn called(&mut self, what: &str, at: &Spot) -> Option<Vec<Spot>> {
        let word = what.split(|c: char| !c.is_alphanumeric()).next()?;
        if word == "yield" {
            return self.extended.then(Vec::new);
        }
        let (name, fragment) = target(what)?;
        if name.is_empty() || name == "this" {
            // A fragment of this very file is read where it stands.
            return Some(Vec::new());
        }
        if self.stack.len() > MAX_DEPTH || self.parts >= MAX_PARTS {
            return None;
        }
        self.parts += 1;
        let from = self.stack.last()?.clone();
        let (file, text) = self.folder.find(&name, &from)?;
        if self.stack.contains(&file) {
            return None;
        }
        let text = match &fragment {
            Some(fragment) => fragment_of(&text, fragment)?,
            None => text,
        };
        let extended = std::mem::replace(&mut self.extended, word == "extends");
        self.stack.push(file);
        let spots = (self.spots_of)(&text);
        let inner = self.all(spots);
        self.stack.pop();
        self.extended = extended;
        Some(
            inner
                .into_iter()
                .map(|s| Spot {
                    line: at.line,
                    hint: format!("{} {}", at.hint, s.hint),
                    ..s
                })
                .collect(),
        )
    }
}

/// Without one of these a piece calls no other file.
const CALLS: [&str; 12] = [
    "include",
    "extends",
    "embed",
    "import",
    "require",
    "component",
    "each",
    "render",
    "yield",
    "from ",
    "{{>",
    "Html.",
];

fn flush(text: &mut String, spot: &Spot, out: &mut Vec<Spot>) {
    let text = std::mem::take(text);
    if !text.trim().is_empty() {
        out.push(Spot {
            text,
            ..spot.clone()
        });
    }
}

/// The name of the file that a call names, and the fragment of it; nothing where it is made of values.
fn target(what: &str) -> Option<(String, Option<String>)> {
    // Thymeleaf: `fragments/address :: recipient(…)`.
    if let Some((name, fragment)) = what.split_once("::")
        && !what.contains(['\'', '"'])
    {
        if what.contains('$') {
            return None;
        }
        let fragment = fragment.split(['(', '}']).next().unwrap_or_default().trim();
        return Some((
            name.trim_matches([' ', '~', '{', '/']).to_owned(),
            Some(fragment.to_owned()).filter(|f| !f.is_empty()),
        ));
    }
    if what.contains(" ? ") {
        return None;
    }
    let word = what.split([' ', '(']).next().unwrap_or_default();
    let rest = match word {
        // The condition comes first.
        "includeWhen" | "includeUnless" => what.split_once(',')?.1,
        _ => match what.split_once("file=") {
            Some((_, rest)) => rest,
            None => what,
        },
    };
    let Some(at) = rest.find(['\'', '"']) else {
        // `{{> parts/address }}`
        let name = what.split_whitespace().next()?;
        let plain = name
            .chars()
            .all(|c| c.is_alphanumeric() || "/._-".contains(c));
        let call = matches!(
            word,
            "include" | "require" | "extends" | "embed" | "render" | "import"
        );
        return (plain && !call).then(|| (name.to_owned(), None));
    };
    let before = rest.get(..at)?.trim_end();
    let quote = rest.get(at..)?.chars().next()?;
    let (name, after) = rest.get(at + 1..)?.split_once(quote)?;
    let glued = before.strip_suffix(['.', '+', '~']);
    let own_folder = glued.is_some_and(|b| {
        let b = b.trim_end();
        b.ends_with("__DIR__") || b.ends_with("dirname(__FILE__)")
    });
    let made = glued.is_some() && !own_folder
        || after.trim_start().starts_with(['.', '+', '~'])
        || name.contains(['$', '{', '#']);
    (!made && !name.trim().is_empty()).then(|| (name.trim().to_owned(), None))
}

/// The names by which a file may be kept: as written, with an ending, with dots for folders, with an underscore.
fn candidates(name: &str) -> Vec<String> {
    let name = name.trim_start_matches(['/', '~']);
    // `@Theme/x.html.twig`, `theme::x`
    let name = name
        .strip_prefix('@')
        .and_then(|n| n.split_once('/'))
        .map_or(name, |(_, rest)| rest);
    let name = name.rsplit_once("::").map_or(name, |(_, rest)| rest);
    let mut out = vec![name.to_owned()];
    let slashed = name.replace('.', "/");
    out.push(format!("{slashed}.blade.php"));
    if let Some(component) = name.strip_prefix("x-") {
        out.push(format!(
            "components/{}.blade.php",
            component.replace('.', "/")
        ));
    }
    for end in ENDS {
        out.push(format!("{name}{end}"));
    }
    let (folder, file) = name
        .rsplit_once('/')
        .map_or(("", name), |(folder, file)| (folder, file));
    for end in ENDS {
        out.push(format!("{folder}/_{file}{end}"));
    }
    out
}

const ENDS: [&str; 14] = [
    ".html",
    ".htm",
    ".php",
    ".phtml",
    ".twig",
    ".html.twig",
    ".tpl",
    ".j2",
    ".hbs",
    ".mustache",
    ".ejs",
    ".html.erb",
    ".liquid",
    ".njk",
];

/// A path without `.` and `..`; nothing where it leaves the folder.
fn normal(path: &str) -> Option<String> {
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                out.pop()?;
            }
            part => out.push(part),
        }
    }
    (!out.is_empty()).then(|| out.join("/"))
}

/// The part of a file from a fragment's element to the next fragment: what it prints at most.
fn fragment_of(text: &str, fragment: &str) -> Option<String> {
    let begins = |at: usize| text.get(..at).and_then(|b| b.rfind('<'));
    let marks: Vec<usize> = text
        .match_indices("th:fragment")
        .map(|(at, _)| at)
        .collect();
    let own = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let value = rest.split(['"', '\'']).nth(1).unwrap_or_default();
        value.split('(').next().unwrap_or_default().trim() == fragment
    };
    let at = marks.iter().position(|m| own(*m))?;
    let start = begins(*marks.get(at)?)?;
    let end = marks
        .get(at + 1)
        .and_then(|next| begins(*next))
        .unwrap_or(text.len());
    text.get(start..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (what, expected) in [
            ("include 'a/b.html'", Some("a/b.html")),
            (
                "include 'don.phan.dia_chi', ['o' => $o]",
                Some("don.phan.dia_chi"),
            ),
            ("includeWhen $o->x == 'y', 'don.ten'", Some("don.ten")),
            ("include file=\"phan/ten.tpl\" o=$o", Some("phan/ten.tpl")),
            ("extends \"khung.html\"", Some("khung.html")),
            ("phan/ten", Some("phan/ten")),
            (
                "require_once __DIR__ . '/phan/ten.php'",
                Some("/phan/ten.php"),
            ),
            ("include 'phan/' . $loai . '.php'", None),
            ("include $phan", None),
            ("include a ? 'b' : 'c'", None),
            ("include \"phan_\" ~ loai", None),
            ("include \"phan/${loai}.html\"", None),
        ] {
            assert_eq!(
                target(what).map(|(name, _)| name).as_deref(),
                expected,
                "{what}"
            );
        }
        assert_eq!(
            target("manh/dia_chi :: nhan(o)"),
            Some(("manh/dia_chi".into(), Some("nhan".into())))
        );
        assert_eq!(target(":: nhan").map(|t| t.0), Some(String::new()));
    }

    #[test]
    fn paths_stay_in_the_folder() {
        assert_eq!(normal("a/../b/./c.html").as_deref(), Some("b/c.html"));
        assert_eq!(normal("../../etc/passwd"), None);
    }

    /// What the label `file` of a folder prints: `name exposure line`, and what was not understood.
    fn printed(files: &[(&str, &str)], file: &str) -> (Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let cx = crate::collect::Context {
            now: jiff::Timestamp::UNIX_EPOCH,
            timeout: std::time::Duration::from_secs(1),
            offline: true,
        };
        let out = super::super::collect(folder.path(), "nhan", None, &cx);
        let own = format!("nhan/{file}");
        let of_it = |s: &&crate::model::Subject| s.place.as_ref().is_some_and(|p| *p.file == *own);
        let fact = |s: &crate::model::Subject, path: &str| {
            let value = s.facts.get(path).map(|f| f.value.clone());
            match value {
                Some(crate::model::Value::Unseen(_)) => "unseen".to_owned(),
                other => other.map(|v| v.shown()).unwrap_or_default(),
            }
        };
        let unknown = out
            .subjects
            .iter()
            .filter(|s| &*s.kind == "label")
            .filter(of_it)
            .map(|s| fact(s, "unknown"))
            .collect();
        let fields = out
            .subjects
            .iter()
            .filter(|s| &*s.kind == "label-field" && fact(s, "class") != "none")
            .filter(of_it)
            .map(|s| {
                let line = s.place.as_ref().map_or(0, |p| p.line);
                let name = s.id.rsplit('.').next().unwrap_or_default();
                format!("{name} {} {line}", fact(s, "exposure"))
            })
            .collect();
        (fields, unknown)
    }

    const ADDRESS: &str =
        "<p>Người nhận: {{ o.ten_nguoi_nhan }}</p>\n<p>{{ o.sdt_nguoi_nhan }}</p>";

    #[test]
    fn a_part_is_printed_where_it_is_called() {
        for (calls, kept) in [
            (
                "@include('phan.dia_chi', ['o' => $o])",
                "phan/dia_chi.blade.php",
            ),
            (
                "@includeWhen($o->in, 'phan.dia_chi')",
                "phan/dia_chi.blade.php",
            ),
            ("<x-dia_chi :o=\"$o\"/>", "components/dia_chi.blade.php"),
            (
                "{% include 'phan/dia_chi.html.twig' with {o: o} %}",
                "phan/dia_chi.html.twig",
            ),
            ("{% include \"phan/dia_chi.html\" %}", "phan/dia_chi.html"),
            ("{% extends 'phan/dia_chi.html' %}", "phan/dia_chi.html"),
            (
                "<div th:replace=\"~{phan/dia_chi :: nhan(${o})}\"></div>",
                "phan/dia_chi.html",
            ),
            ("{include file='phan/dia_chi.tpl'}", "phan/dia_chi.tpl"),
            ("<?php include 'phan/dia_chi.php'; ?>", "phan/dia_chi.php"),
            (
                "<?php require_once __DIR__ . '/phan/dia_chi.php'; ?>",
                "phan/dia_chi.php",
            ),
            ("{{> phan/dia_chi }}", "phan/dia_chi.mustache"),
            ("<%- include('phan/dia_chi') %>", "phan/dia_chi.ejs"),
        ] {
            let label = format!("<p>Nhãn</p>\n{calls}\n<p>COD: {{{{ o.tien_cod }}}}</p>");
            let part = match calls.contains("th:replace") {
                true => format!(
                    "<b th:fragment=\"gui\">{{{{ o.email_nguoi_gui }}}}</b>\n<i th:fragment=\"nhan(o)\">{ADDRESS}</i>"
                ),
                false => ADDRESS.to_owned(),
            };
            let end = kept.split_once('.').unwrap().1;
            let name = format!("a.{end}");
            let (fields, unknown) = printed(&[(&name, &label), (kept, &part)], &name);
            assert_eq!(unknown, "[]", "{calls}");
            let printed: Vec<&str> = fields
                .iter()
                .map(String::as_str)
                .filter(|f| !f.ends_with(" absent 0"))
                .collect();
            assert_eq!(
                printed,
                [
                    "recipient_name full 2",
                    "recipient_phone full 2",
                    "cod full 3"
                ],
                "{calls}"
            );
            // Without the part nothing can be said of what is not printed.
            let (fields, unknown) = printed_alone(&name, &label);
            assert_ne!(unknown, "[]", "{calls}");
            assert!(
                fields.contains(&"recipient_name unseen 0".to_owned()),
                "{calls}: {fields:?}"
            );
        }
    }

    fn printed_alone(name: &str, label: &str) -> (Vec<String>, String) {
        printed(&[(name, label)], name)
    }

    #[test]
    fn files_that_call_each_other_end() {
        let a = "{% include 'b.html' %}<p>{{ o.sdt_nguoi_nhan }}</p>";
        let b = "{% include 'a.html' %}<p>{{ o.ten_nguoi_gui }}</p>";
        let (fields, unknown) = printed(&[("a.html", a), ("b.html", b)], "a.html");
        assert!(
            fields.contains(&"sender_name full 1".to_owned()),
            "{fields:?}"
        );
        assert!(unknown.contains("a.html"), "{unknown}");
        // A layout's yields are the sections of the label that extends it.
        let khung = "<h1>Nhãn</h1>@yield('than')";
        let nhan = "@extends('khung')\n@section('than')<p>{{ $o->sdt_nguoi_nhan }}</p>@endsection";
        let files = [("khung.blade.php", khung), ("nhan.blade.php", nhan)];
        let (fields, unknown) = printed(&files, "nhan.blade.php");
        assert_eq!(unknown, "[]");
        assert!(
            fields.contains(&"recipient_name absent 0".to_owned()),
            "{fields:?}"
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(what in "(include|extends|::|'|\"|a/b|\\$x|file=|\\.|~|đ| |,){0,12}") {
            let _ = target(&what);
            let _ = fragment_of(&what, "a");
        }
    }
}

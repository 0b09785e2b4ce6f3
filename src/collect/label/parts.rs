//! A piece of a label taken apart into plain words and placeholders of template languages.

use std::sync::LazyLock;

use regex::Regex;

use super::operands::operands;

/// A part of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Plain words.
    Words(String),
    /// A placeholder: what is put in, with its filters.
    Put(String),
    /// Something that is fetched from elsewhere: what it prints is not known.
    Fetch(String),
}

/// Tags of template languages that print nothing themselves, or plain words.
const TAGS: [&str; 57] = [
    "if",
    "elif",
    "else",
    "elsif",
    "elseif",
    "for",
    "foreach",
    "set",
    "block",
    "load",
    "with",
    "comment",
    "autoescape",
    "raw",
    "verbatim",
    "spaceless",
    "macro",
    "filter",
    "trans",
    "translate",
    "blocktrans",
    "blocktranslate",
    "url",
    "path",
    "csrf_token",
    "static",
    "now",
    "cycle",
    "assign",
    "capture",
    "case",
    "when",
    "unless",
    "switch",
    "tablerow",
    "increment",
    "decrement",
    "break",
    "continue",
    "ifchanged",
    "ifequal",
    "ifnotequal",
    "regroup",
    "widthratio",
    "apply",
    "do",
    "use",
    "schema",
    "javascript",
    "stylesheet",
    "style",
    "empty",
    "debug",
    "resetcycle",
    "get_current_language",
    "localize",
    "l10n",
];

/// The most parts of one text.
const MAX_PARTS: usize = 1000;

/// Placeholders of Jinja, Twig, Handlebars, Angular, Blade, PHP, ERB, EJS, Smarty, Thymeleaf, JavaScript, Razor,
/// `str.format`, `printf`, and marks such as `%PHONE%`, `#PHONE#`, `@PHONE@`, `__PHONE__`.
static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?s)\{\{\{(?P<a>.*?)\}\}\}|\{!!(?P<b>.*?)!!\}|\{\{(?P<c>.*?)\}\}|\{%(?P<d>.*?)%\}|<\?(?P<e>.*?)\?>",
        r"|<%(?P<f>.*?)%>|[$#]\{(?P<g>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|\[\[(?P<h>.*?)\]\]|\{(?P<i>\$?[A-Za-z_][^{}\n:;]{0,120}|[0-9]{1,3})\}",
        r"|(?P<at>^|[^\w@*•●#▇○█.+-])@(?P<j>[A-Za-z_]\w*(?:\??\.\w+|\[[^\]]{1,60}\])+(?:\([^()]{0,60}\))?)",
        r"|@\((?P<u>[^()]{1,120}(?:\([^()]{0,60}\)[^()]{0,60})?)\)",
        r"|@(?P<k>include(?:If|When|Unless|First)?|extends|component|livewire|yield|each|render|(?:await\s+)?(?:Html|Component)\.\w+)\s*\((?P<k2>[^)]{0,200})\)",
        r"|%\((?P<l>\w+)\)s|%(?P<m>[A-Z][A-Z0-9_]{2,})%|#(?P<n>[A-Z][A-Z0-9_]{2,})#|@(?P<o>[A-Z][A-Z0-9_]{2,})@",
        r"|__(?P<p>[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)__|\$(?P<q>[A-Z][A-Z0-9_]{2,})\$|«(?P<r>[^»]{1,60})»|<(?P<s>[A-Z][A-Z0-9_]{2,40})>",
        r"|%(?P<t>[0-9]?\$?[sd])"
    ))
    .ok()
});

/// The parts of a text.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let Some(re) = PLACEHOLDER.as_ref() else {
        return out;
    };
    let mut at = 0;
    for found in re.captures_iter(text).take(MAX_PARTS + 1) {
        if out.len() >= MAX_PARTS {
            out.push(Part::Fetch("the rest of a long text".into()));
            return out;
        }
        let Some(whole) = found.get(0) else { continue };
        words(text.get(at..whole.start()).unwrap_or_default(), &mut out);
        if let Some(before) = found.name("at") {
            words(before.as_str(), &mut out);
        }
        at = whole.end();
        if let Some(control) = found.name("d") {
            let code = control.as_str().trim_matches(['-', ' ', '+']);
            let tag = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            let tag = tag.into_iter().next().unwrap_or_default();
            // A tag that is not known may print anything.
            if !tag.is_empty() && !tag.starts_with("end") && !TAGS.contains(&tag) {
                out.push(Part::Fetch(code.to_owned()));
            }
        } else if let Some(code) = found.name("e") {
            php(code.as_str(), &mut out);
        } else if let Some(code) = found.name("f") {
            let code = code.as_str();
            if let Some(put) = code.strip_prefix(['=', '-']) {
                let put = put.trim();
                let fetched = ["include(", "include '", "render ", "render("]
                    .iter()
                    .any(|f| put.starts_with(f));
                out.push(match fetched {
                    true => Part::Fetch(put.to_owned()),
                    false => Part::Put(put.to_owned()),
                });
            } else if code.contains("include") {
                out.push(Part::Fetch(code.trim().to_owned()));
            }
        } else if let Some(name) = found.name("k") {
            let what = found.name("k2").map_or("", |m| m.as_str());
            out.push(Part::Fetch(format!("{} {what}", name.as_str())));
        } else if let Some(code) = found.iter().skip(1).flatten().find(|m| {
            !m.as_str().is_empty() && Some(m.start()) != found.name("at").map(|a| a.start())
        }) {
            braces(code.as_str().trim(), &mut out);
        }
    }
    words(text.get(at..).unwrap_or_default(), &mut out);
    if text.contains("@php") && ["echo", "print"].iter().any(|p| text.contains(p)) {
        out.push(Part::Fetch("@php".into()));
    }
    out
}

fn words(text: &str, out: &mut Vec<Part>) {
    if !text.trim().is_empty() {
        out.push(Part::Words(text.to_owned()));
    }
}

/// `{{#if x}}`, `{{/if}}`, `{{else}}`: control; `{{> part}}`: fetched; `{{ __('Người nhận') }}`: words.
fn braces(code: &str, out: &mut Vec<Part>) {
    let code = code.trim_matches(['-', '~', ' ', '$']).trim();
    // `#mask.phone(x)` of Thymeleaf prints; `#if x` of Handlebars does not.
    let call = code.starts_with('#') && code.contains('(');
    if code.is_empty() || code.starts_with(['#', '/', '^', '!']) && !call || code == "else" {
        return;
    }
    // Whatever the loop runs over.
    if matches!(code, "this" | "." | "@value") {
        out.push(Part::Fetch(code.to_owned()));
        return;
    }
    if let Some(part) = code.strip_prefix('>') {
        out.push(Part::Fetch(part.trim().to_owned()));
        return;
    }
    let control = [
        "if ", "foreach ", "for ", "elseif ", "section ", "assign ", "literal", "end", "with ",
    ];
    if control.iter().any(|c| code.starts_with(c)) {
        return;
    }
    if code.starts_with("include ") || code.starts_with("include(") {
        out.push(Part::Fetch(code.to_owned()));
        return;
    }
    let upper = code.get(..5).unwrap_or_default().to_ascii_uppercase();
    if upper == "LANG." || upper == "I18N." {
        out.push(Part::Words(
            code.get(5..).unwrap_or_default().replace('_', " "),
        ));
        return;
    }
    if let Some(text) = translated(code) {
        out.push(Part::Words(text));
        return;
    }
    // Each of them may be printed, or all.
    out.extend(operands(code).into_iter().map(Part::Put));
}

/// PHP prints what follows `=`, `echo`, `print`.
fn php(code: &str, out: &mut Vec<Part>) {
    let code = code
        .strip_prefix("php")
        .unwrap_or(code)
        .trim()
        .trim_end_matches(';');
    if let Some(put) = code.strip_prefix('=') {
        braces(put, out);
        return;
    }
    // Printed in a form that is not taken apart.
    if ["printf", "print_r", "<<<", "var_dump", "implode"]
        .iter()
        .any(|p| code.contains(p))
    {
        out.push(Part::Fetch("php".into()));
    }
    let mut printed = false;
    for statement in code.split(';') {
        for word in ["echo", "print"] {
            if let Some(at) = statement.find(word) {
                let rest = statement.get(at + word.len()..).unwrap_or_default();
                if rest.starts_with([' ', '(', '$', '"', '\'']) {
                    braces(rest.trim(), out);
                    printed = true;
                }
            }
        }
    }
    for statement in code.split(';').map(str::trim) {
        let called = [
            "include",
            "require",
            "get_template_part",
            "load->view(",
            "renderPartial(",
        ]
        .iter()
        .filter_map(|w| statement.find(w))
        .min()
        .and_then(|at| statement.get(at..));
        if let Some(called) = called.filter(|_| !printed) {
            out.push(Part::Fetch(called.to_owned()));
        }
    }
}

/// A call that only translates its words.
fn translated(code: &str) -> Option<String> {
    let (name, rest) = code.split_once('(')?;
    let name = name.trim().trim_start_matches('$');
    if !matches!(
        name,
        "__" | "_" | "trans" | "t" | "lang" | "i18n" | "gettext" | "translate" | "i18n.t" | "L"
    ) {
        return None;
    }
    let quote = rest
        .trim_start()
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"'))?;
    rest.split(quote).nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parts(text)
            .into_iter()
            .map(|p| match p {
                Part::Words(w) => format!("w:{}", w.trim()),
                Part::Put(p) => format!("p:{p}"),
                Part::Fetch(f) => format!("f:{f}"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn template_languages() {
        for (text, expected) in [
            ("Tel: {{ order.phone|mask }}", "w:Tel: p:order.phone|mask"),
            ("{{#if a}}{{{b.c}}}{{/if}}", "p:b.c"),
            ("{!! $o->ten !!}", "p:o->ten"),
            ("<?php echo $o['sdt']; ?>", "p:o['sdt']"),
            ("<?= $o->sdt ?>", "p:o->sdt"),
            ("<%= order.phone %>", "p:order.phone"),
            ("${order.phone}", "p:order.phone"),
            ("{$don.sdt}", "p:don.sdt"),
            ("@Model.Phone", "p:Model.Phone"),
            ("a@example.vn", "w:a@example.vn"),
            ("m***@example.vn", "w:m***@example.vn"),
            (
                "{% if x %}y{% include 'a.html' %}",
                "w:y f:include 'a.html'",
            ),
            ("{% recipient_block order %}", "f:recipient_block order"),
            ("{% extends \"k.html\" %}", "f:extends \"k.html\""),
            ("@includeIf('a.b')", "f:includeIf 'a.b'"),
            ("<?php include_once 'a.php'; ?>", "f:include_once 'a.php'"),
            ("<%- include('a') %>", "f:include('a')"),
            ("{include file='a.tpl'}", "f:include file='a.tpl'"),
            (
                "%(sdt)s %SDT% #SDT# __SDT__ {0}",
                "p:sdt p:SDT p:SDT p:SDT p:0",
            ),
            ("{{ __('Người nhận') }}:", "w:Người nhận w::"),
            (
                "{LANG.info_receive}: {ROW.receive_name}",
                "w:info receive w:: p:ROW.receive_name",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,120}") {
            let _ = parts(&text);
        }
    }
}

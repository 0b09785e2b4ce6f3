//! The text of the script: the constant shell and awk parts, and between them one line for each piece of the plan.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Options;
use crate::collect::server::plan::{Keep, Piece, Reduction, What};
use crate::evidence::{ANSWER_FORMAT, MAX_ANSWER_BYTES, MAX_COMMAND_BYTES, MAX_FILE_BYTES};

/// Commands that may take seconds, by their names: they run beside the rest.
const SLOW: [&str; 2] = ["files-rights", "dnf-security"];

/// Where the id of the script goes.
pub(super) const ID: &str = "@ID@";

/// The most entries of one folder.
const MAX_ENTRIES: u32 = 20_000;

const SHELL: &str = include_str!("prelude.sh");
const AWK: &str = include_str!("reduce.awk");

/// The script without its id.
pub(super) fn text(pieces: &[&[Piece]], options: &Options<'_>) -> String {
    let mut words: BTreeMap<&[&str], usize> = BTreeMap::new();
    let mut asked = String::new();
    let (mut body, mut slow) = (String::new(), String::new());
    for (at, piece) in pieces.iter().flat_map(|part| part.iter()).enumerate() {
        let _ = writeln!(asked, "  {} \\", quoted(&format!("A {}", named(piece))));
        let is_slow = matches!(piece.what, What::Command(c) if SLOW.contains(&c.id));
        let part = if is_slow { &mut slow } else { &mut body };
        let _ = writeln!(part, "say P {at}");
        one(part, piece, &mut words);
        let _ = writeln!(part, "say E {at}");
    }
    let mut text = String::from(SHELL);
    let _ = write!(
        text,
        "R={} SUDO={} DEADLINE={} ENTRIES={MAX_ENTRIES} COMMAND_CAP={}\n\n\
         # What may take seconds; its answers wait in a pipe until the rest is told.\n\
         slow() {{\nexec 4>&1\n{slow}}}\n\n\
         # What is asked, in the order of the plan.\npieces() {{\n\
         printf '%s\\n' '{ANSWER_FORMAT} {ID}'\n\
         say \"H clock $(date +%s)\"\nsay \"H uid $UID_\"\nsay \"H name $(uname -n)\"\nsay \"H kernel $(uname -sr)\"\n",
        quoted(options.root),
        if options.sudo { "1" } else { "" },
        options.deadline,
        MAX_COMMAND_BYTES + 1,
    );
    let _ = write!(
        text,
        "printf '%s\\n' \\\n{asked}  B\nslow | {{\nexec 5<&0 </dev/null 4>&1\n{body}cat <&5\n}}\nsay Z\n}}\n\npieces | awk '\nBEGIN {{\n"
    );
    // A little less than the reader takes: a host cannot make its own answer unreadable by being large.
    let total = MAX_ANSWER_BYTES - 1024;
    let _ = writeln!(
        text,
        "  R = {}; FILE_CAP = {MAX_FILE_BYTES}; TOTAL = {total}",
        awk_text(options.root)
    );
    for (list, number) in &words {
        let _ = write!(text, "  words[{number}] = {}", list.len());
        for (at, word) in list.iter().enumerate() {
            let word = awk_text(&word.to_ascii_lowercase());
            let _ = write!(text, "; word[{number}, {}] = {word}", at + 1);
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "}}\n{AWK}'\n[ -z \"$WATCHER\" ] || kill \"$WATCHER\" 2>/dev/null\n}}\nmain \"$@\"\n"
    );
    text
}

/// A piece as the answer names it.
fn named(piece: &Piece) -> String {
    let asked = piece.asked();
    let kind = match asked.kind {
        crate::evidence::Kind::File => "file",
        crate::evidence::Kind::Folder => "folder",
        crate::evidence::Kind::Stat => "stat",
        crate::evidence::Kind::Command => "command",
    };
    format!("{kind} {}", asked.what)
}

/// The lines that answer one piece.
fn one(body: &mut String, piece: &Piece, words: &mut BTreeMap<&'static [&'static str], usize>) {
    match piece.what {
        What::File { path, keep } => {
            let rule = rule(keep, words);
            walk(body, path, &|target, listed| {
                let call = if listed {
                    "content"
                } else if path.contains(['*', '?']) {
                    "node_content"
                } else {
                    "file"
                };
                format!("{call} {rule} {target}")
            });
        }
        What::Folder(path) => walk(body, path, &|target, listed| {
            if listed {
                format!("[ -d {target} ] && folder {target}")
            } else {
                format!("node {target}; folder {target}")
            }
        }),
        What::Stat(path) => walk(body, path, &|target, listed| {
            if listed {
                ":".to_owned()
            } else {
                format!("node {target}")
            }
        }),
        What::Command(command) => {
            let _ = write!(
                body,
                "run {} {}",
                quoted(&command.shown()),
                u8::from(command.root)
            );
            for word in command.argv {
                let _ = write!(body, " {}", quoted(word));
            }
            body.push('\n');
        }
    }
}

/// Loops over the parts of a pattern; each folder that a part with `*` goes over is listed first. The call is told
/// whether what it is called for stands in a listing already.
fn walk(body: &mut String, pattern: &str, call: &dyn Fn(&str, bool) -> String) {
    let parts: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty()).collect();
    let last = parts.len().saturating_sub(1);
    let (mut here, mut open, mut variable) = (String::new(), 0, String::from("$R"));
    for (at, part) in parts.iter().enumerate() {
        if !part.contains(['*', '?']) {
            let _ = write!(here, "/{part}");
            continue;
        }
        let folder = format!("\"{variable}{here}\"");
        open += 1;
        let _ = writeln!(
            body,
            "folder {folder}\nfor g{open} in {folder}/{part}; do\n[ -e \"$g{open}\" ] || [ -L \"$g{open}\" ] || continue"
        );
        variable = format!("$g{open}");
        here.clear();
        if at == last {
            let _ = writeln!(body, "{}", call(&format!("\"{variable}\""), true));
        }
    }
    if !here.is_empty() || parts.is_empty() {
        let here = if parts.is_empty() { "/" } else { &here };
        let _ = writeln!(body, "{}", call(&format!("\"{variable}{here}\""), false));
    }
    body.push_str(&"done\n".repeat(open));
}

/// The name of a rule in the awk part.
fn rule(keep: Keep, words: &mut BTreeMap<&'static [&'static str], usize>) -> String {
    match keep {
        Keep::Whole => "W".into(),
        Keep::Lines(list) => {
            let next = words.len() + 1;
            format!("L{}", words.entry(list).or_insert(next))
        }
        Keep::Reduced(Reduction::Passwd) => "P".into(),
        Keep::Reduced(Reduction::Shadow) => "S".into(),
        Keep::Reduced(Reduction::Group) => "U".into(),
        Keep::Reduced(Reduction::Dpkg) => "D".into(),
        Keep::Reduced(Reduction::Masked) => "M".into(),
        Keep::Reduced(Reduction::FirstWord) => "F".into(),
        Keep::Reduced(Reduction::Snmp) => "N".into(),
        Keep::Reduced(Reduction::RuleAge) => "A".into(),
        Keep::Reduced(Reduction::Offered) => "O".into(),
    }
}

/// A word of the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A text of awk inside a single-quoted word of the shell.
fn awk_text(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\'', "\\047");
    format!("\"{text}\"")
}

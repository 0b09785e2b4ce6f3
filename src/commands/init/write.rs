//! The inventory as text: what was found as assets, what could not be placed as remarks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::entry::{quoted, relative};
use super::gather::Found;
use crate::cli::InitArgs;
use crate::collect::lists::List;
use crate::model::Lang;
use crate::text::{init as words, unicode};

/// The one system that is written.
const SYSTEM: &str = "main";
/// How a line begins that waits for somebody to complete it.
const REMARK: &str = "# ";
/// The most paths that are named of one reason.
const MOST_NAMED: usize = 20;

/// Writes it. `with_entries`: the files of waivers and attestations are listed; else they wait in a remark.
pub(super) fn inventory(
    args: &InitArgs,
    found: &Found,
    file: &Path,
    with_entries: bool,
    lang: Lang,
) -> String {
    let mut text = head(args, lang);
    system(&mut text, args, found, lang);
    let say = |key: &'static str| words::comment(key).get(lang).to_owned();
    let lines = assets(found, file, lang);
    if lines.iter().all(|line| line.starts_with(REMARK)) {
        let _ = writeln!(text, "assets: []   # {}", say("assets"));
    } else {
        let _ = writeln!(text, "assets:");
    }
    for line in lines {
        let _ = match line.strip_prefix(REMARK) {
            Some(remark) => writeln!(text, "  {REMARK}- {remark}"),
            None => writeln!(text, "  - {line}"),
        };
    }
    for (key, files) in [
        ("attestations", &found.attestations),
        ("waivers", &found.waivers),
    ] {
        if files.is_empty() {
            continue;
        }
        let lead = if with_entries { "" } else { "# " };
        if !with_entries {
            let _ = writeln!(text, "# {}", say("entries"));
        }
        let _ = writeln!(text, "{lead}{key}:");
        for path in files {
            let _ = writeln!(text, "{lead}  - {}", quoted(&relative(file, path)));
        }
    }
    not_placed(&mut text, found, file, lang);
    text
}

fn head(args: &InitArgs, lang: Lang) -> String {
    let say = |key: &'static str| words::comment(key).get(lang).to_owned();
    let mend = say("mend");
    let given = |value: &Option<String>| {
        value
            .as_ref()
            .map_or(format!("   # {mend}"), |_| String::new())
    };
    let name = args.name.clone().unwrap_or_else(|| words::company().vi);
    let name_en = args.name.clone().unwrap_or_else(|| words::company().en);
    let mut text = format!(
        "# {}\nschema: capdo/inventory/1\norganisation:\n",
        say("head")
    );
    let _ = writeln!(
        text,
        "  name: {{ vi: {}, en: {} }}{}",
        quoted(&name),
        quoted(&name_en),
        given(&args.name)
    );
    match &args.tax_code {
        Some(code) => {
            let _ = writeln!(text, "  tax_code: {}", quoted(code));
        }
        None => {
            let _ = writeln!(text, "  # tax_code: \"0100109106\"   # {}", say("tax_code"));
        }
    }
    let _ = writeln!(text, "  ownership: private   # private | state: {mend}");
    let _ = writeln!(
        text,
        "  size: medium         # micro | small | medium | large: {mend}"
    );
    let _ = writeln!(
        text,
        "  subcontractors: false   # {}",
        say("subcontractors")
    );
    text
}

fn system(text: &mut String, args: &InitArgs, found: &Found, lang: Lang) {
    let say = |key: &'static str| words::comment(key).get(lang).to_owned();
    let mend = say("mend");
    let _ = writeln!(text, "systems:\n  - id: {SYSTEM}");
    let system = words::system();
    let _ = writeln!(
        text,
        "    name: {{ vi: {}, en: {} }}   # {mend}",
        quoted(&system.vi),
        quoted(&system.en)
    );
    let _ = writeln!(text, "    level: {}   # {}", args.level, say("level"));
    let _ = writeln!(text, "    # level_decision: {}", say("level_decision"));
    let _ = writeln!(
        text,
        "    hosting: own   # own | datacentre | cloud: {mend}"
    );
    let online = !found.endpoints.is_empty();
    let _ = writeln!(text, "    online_service: {online}   # {}", say("online"));
    let _ = writeln!(
        text,
        "    # data_subjects: {{ basic: 0, sensitive: 0 }}   # {}",
        say("data_subjects")
    );
}

/// The lines of assets while they are made.
struct Lines<'a> {
    file: &'a Path,
    ids: BTreeSet<String>,
    lines: Vec<String>,
}

impl Lines<'_> {
    fn put(&mut self, kind: &str, name: &str, more: &str) {
        let id = unique(&mut self.ids, name);
        self.lines.push(format!(
            "{{ id: {}, system: {SYSTEM}, kind: {kind}, {more} }}",
            quoted(&id)
        ));
    }

    fn path(&self, path: &Path) -> String {
        let written = relative(self.file, path);
        quoted(if written.is_empty() { "." } else { &written })
    }

    /// `, key: "path"` for each that is there.
    fn keys<'p>(
        &self,
        keys: impl IntoIterator<Item = (&'static str, Option<&'p PathBuf>)>,
    ) -> String {
        let given = keys
            .into_iter()
            .filter_map(|(key, path)| Some((key, path?)));
        let each: Vec<String> = given
            .map(|(key, path)| format!("{key}: {}", self.path(path)))
            .collect();
        each.join(", ")
    }
}

/// A line for each asset.
fn assets(found: &Found, file: &Path, lang: Lang) -> Vec<String> {
    let mut out = Lines {
        file,
        ids: BTreeSet::new(),
        lines: Vec::new(),
    };
    let list = |list: List| found.lists.get(&list);
    let accounts = list(List::Roster).filter(|_| found.accounts);
    for root in &found.roots {
        let more = out.keys([("root", Some(root)), ("roster", accounts)]);
        out.put("server", &stem(root), &more);
    }
    for bundle in &found.bundles {
        let more = out.keys([("bundle", Some(bundle)), ("roster", accounts)]);
        out.put("server", &stem(bundle), &more);
    }
    for endpoint in &found.endpoints {
        let host = endpoint.address.split(':').next().unwrap_or_default();
        let purpose = match endpoint.starttls {
            Some(_) => "mail",
            None => purpose(host),
        };
        let mut more = format!("address: {}, purpose: {purpose}", quoted(&endpoint.address));
        if let Some(facts) = &endpoint.facts {
            let _ = write!(more, ", facts: {}", out.path(facts));
        } else if let Some(protocol) = endpoint.starttls {
            let _ = write!(more, ", starttls: {protocol}");
        }
        out.put("endpoint", host, &more);
    }
    for config in &found.configs {
        let more = out.keys([("path", Some(config))]);
        out.put(
            "config",
            &format!("{}-conf", host_and_stem(found, config)),
            &more,
        );
    }
    for schema in &found.schemas {
        let more = out.keys([("path", Some(schema))]);
        out.put("schema", &format!("{}-db", stem(schema)), &more);
    }
    for label in &found.labels {
        let more = out.keys([("path", Some(label))]);
        out.put("label", &stem(label), &more);
    }
    people(found, &mut out, lang);
    out.lines
}

/// Who calls, who works and who was trained.
fn people(found: &Found, out: &mut Lines<'_>, lang: Lang) {
    let list = |list: List| found.lists.get(&list);
    let callers = out.keys([
        ("brandnames", list(List::Brandnames)),
        ("numbers", list(List::Numbers)),
        ("calls", list(List::Calls)),
        ("roster", list(List::Roster)),
        ("sip", found.exchange.as_ref()),
        ("traces", found.traces.as_ref()),
        ("app", found.app.as_ref()),
    ]);
    if found.has_callers() {
        out.put("caller-id", "callers", &callers);
    }
    let staff = out.keys([
        ("roster", list(List::Roster)),
        ("trained", list(List::Trained)),
        ("requests", list(List::Requests)),
        ("rights", list(List::Rights)),
        ("internal_rule", found.internal_rule.as_ref()),
    ]);
    if found.has_staff() {
        out.put("document", "staff", &staff);
    } else if list(List::Roster).or(list(List::Trained)).is_some() {
        let why = words::comment("staff");
        let line = format!(
            "{{ id: staff, system: {SYSTEM}, kind: document, {staff} }}   # {}",
            why.get(lang)
        );
        out.lines.push(format!("{REMARK}{line}"));
    }
}

/// What was found and has no place.
fn not_placed(text: &mut String, found: &Found, file: &Path, lang: Lang) {
    if found.not_placed.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n# {}", words::comment("not_placed").get(lang));
    for (why, paths) in &found.not_placed {
        let _ = writeln!(text, "# - {}:", words::why(why.word()).get(lang));
        for path in paths.iter().take(MOST_NAMED) {
            let _ = writeln!(text, "#     {}", unicode::visible(&relative(file, path)));
        }
        let more = paths.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            let _ = writeln!(text, "#     {}", words::more(more).get(lang));
        }
    }
}

/// What a host is for, where its name says so.
fn purpose(host: &str) -> &'static str {
    let first = host.split('.').next().unwrap_or_default();
    if first.contains("api") {
        "api"
    } else if first.contains("tracuu") || first.contains("track") {
        "tracking"
    } else if first.contains("mail") || first.contains("smtp") {
        "mail"
    } else {
        "web"
    }
}

/// `web-01-nginx` for the configuration of a host's root: many hosts have an `nginx`.
fn host_and_stem(found: &Found, path: &Path) -> String {
    match found.roots.iter().find(|root| path.starts_with(root)) {
        Some(root) => format!("{}-{}", stem(root), stem(path)),
        None => stem(path),
    }
}

/// A name as ids take it.
fn stem(path: &Path) -> String {
    let real = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    // A folder has no ending: `v1.2` is one name.
    let name = if real.is_dir() {
        real.file_name()
    } else {
        real.file_stem()
    };
    name.and_then(|n| n.to_str()).unwrap_or("asset").to_owned()
}

fn unique(taken: &mut BTreeSet<String>, name: &str) -> String {
    let plain: String = unicode::fold(name)
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(48)
        .collect();
    let plain = plain.trim_matches(['-', '.', '_']).to_owned();
    let reserved =
        plain.is_empty() || ["org", "organisation", "inventory"].contains(&plain.as_str());
    let plain = if reserved {
        format!("asset-{plain}")
    } else {
        plain
    };
    let plain = plain.trim_end_matches('-').to_owned();
    let mut id = plain.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{plain}-{number}");
        number += 1;
    }
    id
}

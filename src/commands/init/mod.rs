//! `capdo init`: a first inventory from what lies around. It asks nothing; what it cannot find it leaves marked for people.

mod look;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::entry::{quoted, relative};
use super::{Failure, Outcome, Pack, now, output};
use crate::cli::{Common, InitArgs};
use crate::collect::Context;
use crate::input::{self, Overlay};
use crate::model::Lang;
use crate::text::init as words;
use look::Found;

/// The one system that is written.
const SYSTEM: &str = "main";

/// Runs the command.
pub(super) fn run(args: &InitArgs, common: &Common) -> Outcome {
    let lang: Lang = common.lang.into();
    let pack = Pack::of(common)?;
    if !args.folder.is_dir() {
        return Err(Failure::File(format!(
            "{}: no folder there\n  help: name the folder to look around in",
            args.folder.display()
        )));
    }
    let file = args.output.clone().unwrap_or_else(|| beside(&args.folder));
    if file.symlink_metadata().is_ok() && !args.force {
        return Err(Failure::File(format!(
            "{}: there is an inventory already\n  help: name another file with -o, or overwrite it with --force",
            file.display()
        )));
    }
    let cx = Context {
        now: now(),
        timeout: Duration::from_secs(1),
        offline: true,
    };
    let found = look::around(&args.folder, &cx);
    let text = inventory(args, &found, &file, true, lang);
    // Waivers and attestations of other systems than the one that is written wait in a comment.
    let text = match reads(&file, &text, &pack) {
        Ok(()) => text,
        Err(_) => inventory(args, &found, &file, false, lang),
    };
    // What is written must be read again; anything else is a mistake of ours.
    reads(&file, &text, &pack)?;
    if let Some(folder) = file
        .parent()
        .filter(|p| !p.as_os_str().is_empty() && !p.exists())
    {
        fs::create_dir_all(folder)
            .map_err(|e| Failure::File(format!("{}: {e}", folder.display())))?;
    }
    output::rewrite(&file, text.as_bytes())?;
    if !common.quiet {
        output::stdout(&told(&found, &file, lang))?;
    }
    Ok(0)
}

/// `capdo.yaml` in the folder, as people write it.
fn beside(folder: &Path) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from("capdo.yaml")
    } else {
        folder.join("capdo.yaml")
    }
}

/// Is this an inventory without a mistake, if it stood there?
fn reads(file: &Path, text: &str, pack: &Pack) -> Result<(), Failure> {
    let mut over = Overlay::default();
    over.put(file, text.to_owned().into_bytes());
    input::load_over(file, &pack.law, &pack.rules, &over)?;
    Ok(())
}

/// What was found, and what to do next.
fn told(found: &Found, file: &Path, lang: Lang) -> String {
    let shown = file.display().to_string();
    let mut text = format!("{}\n", words::written(&shown).get(lang));
    for (kind, count) in counts(found) {
        if count > 0 {
            let _ = writeln!(text, "  {count:>4}  {}", words::kind(kind).get(lang));
        }
    }
    if found.is_empty() {
        let _ = writeln!(text, "{}", words::nothing().get(lang));
    }
    if found.cut {
        let _ = writeln!(text, "{}", words::cut().get(lang));
    }
    let _ = writeln!(text, "{}", words::next(&shown).get(lang));
    text
}

fn counts(found: &Found) -> [(&'static str, usize); 7] {
    [
        ("server", found.roots.len() + found.bundles.len()),
        ("endpoint", found.endpoints.len()),
        ("config", found.configs.len()),
        ("schema", found.schemas.len()),
        ("label", found.labels.len()),
        ("document", usize::from(found.staff.is_some())),
        ("entries", found.waivers.len() + found.attestations.len()),
    ]
}

fn inventory(
    args: &InitArgs,
    found: &Found,
    file: &Path,
    with_entries: bool,
    lang: Lang,
) -> String {
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
    let lines = assets(found, file);
    if lines.is_empty() {
        let _ = writeln!(text, "assets: []   # {}", say("assets"));
    } else {
        let _ = writeln!(text, "assets:");
        for line in lines {
            let _ = writeln!(text, "  - {line}");
        }
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
    text
}

/// A line for each asset.
fn assets(found: &Found, file: &Path) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut lines = Vec::new();
    let mut put = |kind: &str, name: &str, more: String| {
        let id = unique(&mut ids, name);
        lines.push(format!(
            "{{ id: {}, system: {SYSTEM}, kind: {kind}, {more} }}",
            quoted(&id)
        ));
    };
    let path = |path: &Path| {
        let written = relative(file, path);
        quoted(if written.is_empty() { "." } else { &written })
    };
    for root in &found.roots {
        put("server", &stem(root), format!("root: {}", path(root)));
    }
    for bundle in &found.bundles {
        put("server", &stem(bundle), format!("bundle: {}", path(bundle)));
    }
    for (address, facts) in &found.endpoints {
        let facts = facts.as_ref().map(|f| format!(", facts: {}", path(f)));
        let host = address.split(':').next().unwrap_or(address);
        let more = format!(
            "address: {}, purpose: {}{}",
            quoted(address),
            purpose(host),
            facts.unwrap_or_default()
        );
        put("endpoint", host, more);
    }
    for config in &found.configs {
        put(
            "config",
            &format!("{}-conf", stem(config)),
            format!("path: {}", path(config)),
        );
    }
    for schema in &found.schemas {
        put(
            "schema",
            &format!("{}-db", stem(schema)),
            format!("path: {}", path(schema)),
        );
    }
    for label in &found.labels {
        put("label", &stem(label), format!("path: {}", path(label)));
    }
    if let Some((roster, trained)) = &found.staff {
        let more = format!("roster: {}, trained: {}", path(roster), path(trained));
        put("document", "staff", more);
    }
    lines
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

/// A name as ids take it.
fn stem(path: &Path) -> String {
    let real = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let stem = real.file_stem().and_then(|n| n.to_str());
    stem.unwrap_or("asset").to_owned()
}

fn unique(taken: &mut BTreeSet<String>, name: &str) -> String {
    let plain: String = crate::text::unicode::fold(name)
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

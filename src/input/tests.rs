//! Good files, and every kind of bad file: each with its message, its place and what to do.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tempfile::TempDir;

use super::waivers::hex;
use super::*;
use crate::model::{AssetKind, Day, Level, Target, WaiverDisposition};

/// A folder with an inventory and what it names.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in [
            ("hr/roster.csv", "id,role\n"),
            ("hr/trained.csv", "id,date\n"),
            ("docs/paper.md", "paper"),
        ] {
            folder.put(name, text);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn load(&self) -> Result<Inventory, String> {
        load(&self.path("capdo.yaml"), &law(), &RulePack::default()).map_err(|mistakes| {
            let here = format!("{}/", self.0.path().display());
            mistakes.to_string().replace(&here, "")
        })
    }

    /// What is said of an inventory with this text.
    fn told(&self, text: impl AsRef<[u8]>) -> String {
        self.put("capdo.yaml", text);
        self.load().unwrap_err()
    }
}

fn law() -> Law {
    let requirement = serde_json::json!({
        "id": "letter.1.4", "instrument": "letter", "clauses": { "0": "1" }, "levels": 62,
        "title": { "vi": "a", "en": "a" }, "text": { "vi": "a", "en": "a" },
        "strength": "must", "force": "binding", "scope": "organisation", "evidence": [],
        "decided_by": [], "corresponds_to": [], "reading": "read", "in_force_from": "2025-03-28",
        "sanction": [], "figures": {},
    });
    Law {
        requirements: vec![serde_json::from_value(requirement).unwrap()],
        ..Law::default()
    }
}

const HEAD: &str = "schema: capdo/inventory/1
organisation: { name: { vi: Mẫu, en: Sample }, ownership: private, size: large }
systems:
  - { id: portal, name: { vi: a, en: a }, level: 3, hosting: own, online_service: true }
  - { id: office, name: { vi: a, en: a }, level: 2, hosting: own, online_service: false, without: { label: { vi: a, en: a } } }
";

fn with(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

fn asset(rest: &str) -> String {
    with(&format!(
        "assets:\n  - {{ id: a, system: portal, {rest} }}\n"
    ))
}

#[track_caller]
fn says(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "no {word:?} in:\n{told}");
    }
}

#[test]
fn the_sample_inventory_is_read() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs/capdo.yaml");
    let text = fs::read_to_string(&samples).unwrap();
    let doc = crate::parse::yaml::Document::parse("capdo.yaml", text.as_bytes()).unwrap();
    let file: syntax::InventoryFile = doc
        .decode(&Shape::of::<syntax::InventoryFile>())
        .map_err(|e| e.to_string())
        .unwrap();
    let mut mistakes = Diagnostics::default();
    let base = Base::of(&samples, "sample-configs/capdo.yaml");
    let inventory = inventory::build(&doc, file, &base, &mut mistakes);
    assert!(mistakes.is_empty(), "{mistakes}");
    assert_eq!((inventory.systems.len(), inventory.assets.len()), (3, 12));
    let shared = inventory
        .assets
        .iter()
        .find(|a| a.id == "orders-db")
        .unwrap();
    assert_eq!(shared.systems, ["portal", "sorting"]);
    assert_eq!(shared.shown, "schemas/orders.sql");
    assert!(
        inventory.systems[2]
            .without
            .contains_key(&AssetKind::CallerId)
    );
}

#[test]
fn a_whole_inventory_with_crlf_and_mark() {
    let folder = Folder::new();
    let text = with(
        "assets:
  - { id: web, system: portal, kind: server, root: servers/web, roles: [web] }
  - { id: far, system: portal, kind: server, ssh: audit@far }
  - { id: tls, system: portal, kind: endpoint, address: \"[::1]:443\", closed: [22] }
  - { id: db, systems: [portal, office], kind: schema, path: /srv/a.sql, dialect: mysql }
  - { id: live, system: office, kind: schema, url_env: DATABASE_URL }
  - { id: staff, system: portal, kind: document, roster: hr/roster.csv, trained: hr/../hr/trained.csv }
attestations: [ docs/attestations.yaml ]
waivers: [ waivers.yaml ]
parameters: { SRV-LOG-003.min_days: 400 }
",
    );
    let hash = hex(b"paper").to_uppercase();
    folder.put(
        "capdo.yaml",
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
    );
    folder.put(
        "docs/attestations.yaml",
        format!(
            "schema: capdo/attestations/1
attestations:
  - id: att-1
    requirement: letter.1.4
    scope: organisation
    statement: {{ vi: a, en: a }}
    evidence: {{ path: paper.md, sha256: {hash} }}
    signer: {{ name: A, role: B }}
    issued: 2026-04-27
    valid_for: 12 months
"
        ),
    );
    folder.put("waivers.yaml", format!("schema: capdo/waivers/1
waivers:
  - {{ id: w-1, requirement: letter.1.4, system: portal, asset: web, disposition: compensating, reason: r, owner: o, approver: ' ', evidence: {{ path: docs/paper.md, sha256: {hash} }}, from: 2026-01-01, until: 2026-01-01 }}
"));
    let inventory = folder.load().unwrap();
    let targets: Vec<&Target> = inventory.assets.iter().map(|a| &a.target).collect();
    assert!(matches!(targets[0], Target::ServerRoot(root) if root.ends_with("servers/web")));
    assert!(matches!(targets[1], Target::Ssh { .. }));
    assert!(matches!(targets[2], Target::Endpoint { purpose, .. } if purpose == "web"));
    assert!(matches!(targets[3], Target::Schema { path, .. } if path == Path::new("/srv/a.sql")));
    assert!(
        matches!(targets[4], Target::Database { env, sample: None, .. } if env == "DATABASE_URL")
    );
    assert!(matches!(targets[5], Target::Roster { .. }));
    assert_eq!(inventory.assets[0].line, 7);
    let attestation = &inventory.attestations[0];
    assert_eq!(attestation.valid_to, Day::parse("2027-04-27").unwrap());
    assert_eq!(attestation.evidence.sha256, hex(b"paper"));
    assert!(attestation.file.ends_with("docs/attestations.yaml"));
    let waiver = &inventory.waivers[0];
    assert_eq!(waiver.disposition, WaiverDisposition::Compensating);
    assert_eq!((waiver.line, &waiver.approver), (3, &None));
    assert_eq!(inventory.parameters["SRV-LOG-003.min_days"], 400);
    assert_eq!(inventory.systems[0].level, Level::new(3).unwrap());
}

#[test]
fn files_that_cannot_be_read() {
    let folder = Folder::new();
    says(
        &folder.load().unwrap_err(),
        &[
            "error: capdo.yaml: there is no such file",
            "help: check the name",
        ],
    );
    let mistakes = load(folder.0.path(), &law(), &RulePack::default()).unwrap_err();
    says(
        &mistakes.to_string(),
        &["a folder, not a file", "help: name the file inside it"],
    );
    says(
        &folder.told(b"sche\0ma"),
        &[
            "capdo.yaml: not a YAML text: binary",
            "help: save it as UTF-8",
        ],
    );
    says(
        &folder.told(""),
        &["the file is empty", "help: see docs/inventory.md"],
    );
    says(
        &folder.told("a: [\n"),
        &["capdo.yaml:", "not readable as YAML", "help: mend"],
    );
    let huge = fs::File::create(folder.path("capdo.yaml")).unwrap();
    huge.set_len(100 * 1024 * 1024).unwrap();
    says(
        &folder.load().unwrap_err(),
        &[
            "too large: 104857600 bytes",
            "help: is this the right file?",
        ],
    );
    fs::remove_file(folder.path("capdo.yaml")).unwrap();
    symlink("capdo.yaml", folder.path("capdo.yaml")).unwrap();
    says(
        &folder.load().unwrap_err(),
        &["its links lead round", "help: replace the link"],
    );
}

#[test]
fn what_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.put("capdo.yaml", with(""));
    let closed = fs::Permissions::from_mode(0o000);
    fs::set_permissions(folder.path("capdo.yaml"), closed).unwrap();
    // The superuser reads everything: then there is nothing to tell.
    if fs::read(folder.path("capdo.yaml")).is_err() {
        says(
            &folder.load().unwrap_err(),
            &["it may not be read", "help: give the user"],
        );
    }
}

#[test]
fn bombs_and_depth() {
    let folder = Folder::new();
    let bomb = ('b'..='k').fold("a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, c| {
        let before = char::from(c as u8 - 1);
        text + &format!("{c}: &{c} [{}]\n", vec![format!("*{before}"); 8].join(","))
    });
    says(&folder.told(bomb), &["capdo.yaml", "not readable as YAML"]);
    says(
        &folder.told(format!("schema: {}", "[".repeat(30_000))),
        &["capdo.yaml", "not readable as YAML"],
    );
}

#[test]
fn keys_and_types_all_at_once() {
    let folder = Folder::new();
    let told = folder.told(
        with("asets: []\nwaivers: waivers.yaml\nwaivers: []\n").replace("level: 3", "level: 7"),
    );
    says(
        &told,
        &[
            "capdo.yaml:4:",
            "capdo.yaml:6:1",
            "unknown key `asets`",
            "did you mean `assets`?",
            "this must be a list",
            "`waivers` stands twice (first in line 7)",
            "4 mistakes found",
        ],
    );
    let told = folder.told(with("").replace("label:", "lable:"));
    says(
        &told,
        &[
            "capdo.yaml:5:",
            "`lable` is no kind of asset",
            "did you mean `label`?",
        ],
    );
    says(
        &folder.told(with("").replace("inventory/1", "inventory/9")),
        &["capdo.yaml:1:9", "write `schema: capdo/inventory/1`"],
    );
}

#[test]
fn systems_and_assets_must_fit() {
    let folder = Folder::new();
    let told = folder.told(
        with(
            "assets:
  - { id: a, system: portl, kind: config, path: x }
  - { id: a, systems: [office, office], kind: label, path: x }
  - { id: b, kind: config, path: x, root: y }
  - { id: c/d, system: portal, systems: [office], kind: config }
parameters: { min_days: 3 }
",
        )
        .replace("id: office", "id: portal"),
    );
    says(
        &told,
        &[
            "capdo.yaml:5:11",
            "`portal` stands twice (first in ",
            "there is no system `portl`",
            "did you mean `portal`?",
            "`a` stands twice",
            "this asset belongs to no system",
            "`root` means nothing for an asset of kind config",
            "such an asset may have: path",
            "`c/d` is no id",
            "`system` and `systems` stand side by side",
            "`path` is missing",
            "`min_days` names no parameter",
        ],
    );
    let told = folder.told(with(
        "assets:\n  - { id: a, systems: [office, office], kind: label, path: x }\n",
    ));
    says(
        &told,
        &[
            "`office` stands twice",
            "`office` is said to be without label",
        ],
    );
}

#[test]
fn exactly_one_way_to_a_target() {
    let folder = Folder::new();
    for (rest, words) in [
        ("kind: server", "it is not said where this server is"),
        (
            "kind: server, root: a, ssh: b",
            "`root`, `ssh` stand side by side",
        ),
        ("kind: server, local: false", "`local` can only be true"),
        ("kind: schema", "exactly one of path, url_env"),
        (
            "kind: schema, path: a, url_env: B",
            "exactly one of path, url_env",
        ),
        ("kind: endpoint", "`address` is missing"),
        (
            "kind: endpoint, address: a.example",
            "`a.example` is no address",
        ),
        (
            "kind: endpoint, address: 'https://a.example:443'",
            "is no address",
        ),
        (
            "kind: endpoint, address: 'a.example:443', roots: none.pem",
            "`none.pem`: there is no such file",
        ),
        (
            "kind: document, roster: hr/roster.csv",
            "`trained` is missing",
        ),
        (
            "kind: document, roster: hr, trained: hr/none.csv",
            "`hr`: this is no file",
        ),
        (
            "kind: document, roster: hr, trained: hr/none.csv",
            "`hr/none.csv`: there is no such file",
        ),
        ("kind: caller-id", "`brandnames` is missing"),
    ] {
        says(
            &folder.told(asset(rest)),
            &[words, "capdo.yaml:7:", "help: "],
        );
    }
}

#[test]
fn paths_that_climb_out() {
    let folder = Folder::new();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), folder.path("out")).unwrap();
    symlink("round", folder.path("round")).unwrap();
    symlink("nowhere", folder.path("dangling")).unwrap();
    symlink("hr", folder.path("inside")).unwrap();
    for (path, words) in [
        ("../x", "`../x` climbs out of the folder of this file"),
        ("a/../../x", "climbs out"),
        ("out", "leads out of the folder of this file by a link"),
        ("out/more", "leads out of the folder of this file by a link"),
        ("round", "the links of `round` lead round"),
        ("dangling", "is a link that leads nowhere"),
        ("''", "this is no path"),
    ] {
        let told = folder.told(asset(&format!("kind: config, path: {path}")));
        says(&told, &[words, "capdo.yaml:7:", "help: "]);
    }
    for path in ["inside/roster.csv", "not/there/yet", "/etc/../etc/hosts"] {
        folder.put("capdo.yaml", asset(&format!("kind: config, path: {path}")));
        folder.load().unwrap();
    }
    let told = folder.told(with("attestations: [../a.yaml, none.yaml, hr]\n"));
    says(
        &told,
        &[
            "climbs out",
            "`none.yaml`: there is no such file",
            "`hr`: this is no file",
            "capdo.yaml:6:",
        ],
    );
}

#[test]
fn attestations_must_be_right() {
    let folder = Folder::new();
    folder.put(
        "capdo.yaml",
        with("attestations: [docs/a.yaml, docs/b.yaml]\n"),
    );
    folder.put(
        "docs/b.yaml",
        "schema: capdo/attestations/1\nattestations: []\nmore: 1\n",
    );
    let entry = |id: &str, rest: &str| {
        format!(
            "  - {{ id: {id}, {rest}, statement: {{ vi: a, en: a }}, signer: {{ name: a, role: b }}, issued: 2026-01-01 }}\n"
        )
    };
    let hash = "0".repeat(64);
    folder.put("docs/a.yaml", format!(
        "schema: capdo/attestations/1\nattestations:\n{}{}",
        entry("x", &format!("requirement: letter.1.5, scope: portl, evidence: {{ path: p, sha256: {hash} }}, valid_for: 12 months")),
        entry("x", "requirement: letter.1.4, scope: portal, evidence: { path: ../p, sha256: 12ab }, valid_for: a while"),
    ));
    says(
        &folder.load().unwrap_err(),
        &[
            "docs/a.yaml:3:",
            "there is no requirement `letter.1.5`",
            "did you mean `letter.1.4`?",
            "there is no system `portl`",
            "docs/a.yaml:4:11",
            "`x` stands twice (first in docs/a.yaml:3)",
            "`../p` climbs out",
            "this is no SHA-256",
            "`a while` is no length of time",
            "docs/b.yaml:3:1",
            "unknown key `more`",
        ],
    );
}

#[test]
fn waivers_must_be_right() {
    let folder = Folder::new();
    folder.put(
        "capdo.yaml",
        with("assets: [ { id: web, system: portal, kind: server, root: w } ]\nwaivers: [w.yaml]\n"),
    );
    let entry = |id: &str, rest: &str| {
        format!("  - {{ id: {id}, {rest}, reason: r, owner: o, from: 2026-02-01 }}\n")
    };
    let hash = "0".repeat(64);
    folder.put("w.yaml", format!(
        "schema: capdo/waivers/1\nwaivers:\n{}{}{}{}{}",
        entry("a", "control: NO-SUCH-001, asset: web, disposition: waived, until: 2026-01-31"),
        entry("b", "disposition: waived, system: nowhere, until: 2027-01-01"),
        entry("c", "control: X, requirement: letter.1.4, system: office, disposition: false-positive, until: 2027-01-01"),
        entry("d", &format!("requirement: letter.1.4, system: office, disposition: compensating, until: 2027-01-01, evidence: {{ path: docs/paper.md, sha256: {hash} }}")),
        entry("e", "requirement: letter.1.4, asset: web, system: office, disposition: forgiven, until: 2027-01-01").replace("forgiven", "waived"),
    ));
    says(
        &folder.load().unwrap_err(),
        &[
            "w.yaml:3:",
            "there is no control `NO-SUCH-001`",
            "ends on 2026-01-31 before it begins on 2026-02-01",
            "it is not said what is accepted",
            "there is no system `nowhere`",
            "`control` and `requirement` stand side by side",
            "such a waiver lifts a gap and needs evidence",
            "`docs/paper.md` is not the document with this SHA-256",
            "`web` does not belong to the system `office`",
        ],
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn never_panics(rest in "(assets|waivers|attestations|parameters|systems): [ -~\n]{0,120}") {
        let folder = Folder::new();
        folder.put("capdo.yaml", with(&rest));
        if let Err(told) = folder.load() {
            proptest::prop_assert!(told.contains("capdo.yaml"));
        }
    }
}

//! What a person sees: help, quiet, colours, a first inventory.

use std::fs;
use std::path::Path;

use crate::support::{DAY, capdo, code, command, sample_copy, stderr, stdout};

const AUDIT: [&str; 4] = ["audit", "sample-configs/capdo.yaml", "--as-of", DAY];

#[test]
fn the_summary_fits_a_screen_and_v_gives_all() {
    let brief = stdout(&capdo(&AUDIT));
    let lines = brief.lines().count();
    assert!(lines <= 48, "{lines}:\n{brief}");
    assert!(
        brief.contains("SRV-ACC-001") && brief.contains("Mã thoát") || brief.contains("mã thoát 1")
    );
    let long = stdout(&capdo(&[&AUDIT[..], &["-v"]].concat()));
    assert!(long.lines().count() > 2 * lines);
}

#[test]
fn quiet_says_nothing_and_writes_all() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (out, bundle, inventory) = (at("out"), at("web.capdo"), at("new/capdo.yaml"));
    fs::create_dir(at("new")).unwrap();
    for args in [
        &AUDIT[..],
        &[&AUDIT[..], &["--out", &out]].concat(),
        &["scan", "config", "sample-configs/configs/portal"],
        &["collect", "sample-configs/servers/web-01", "-o", &bundle],
        &["judge", &bundle],
        &["verify", &out],
        &["keygen", "-o", &at("k")],
        &["init", "sample-configs/configs", "-o", &inventory],
    ] {
        let output = capdo(&[args, &["-q"]].concat());
        assert_eq!(
            (stdout(&output), stderr(&output)),
            (String::new(), String::new()),
            "{args:?}"
        );
        assert!(code(&output) < 4, "{args:?}: {}", code(&output));
    }
    for file in [format!("{out}/run.json"), bundle, at("k.pub"), inventory] {
        assert!(Path::new(&file).is_file(), "{file}");
    }
    // The format that was asked for is the result.
    let output = capdo(&[&AUDIT[..], &["-q", "--format", "json"]].concat());
    assert!(stdout(&output).starts_with('{'));
    // An error is told, quiet or not.
    assert!(!stderr(&capdo(&["audit", "none.yaml", "-q"])).is_empty());
}

#[test]
fn no_colour_in_a_pipe_or_where_it_is_not_wanted() {
    let plain = |output: std::process::Output| {
        let all = [output.stdout, output.stderr].concat();
        assert!(!all.contains(&0x1b), "{}", String::from_utf8_lossy(&all));
    };
    plain(capdo(&AUDIT));
    plain(command(&AUDIT).env("NO_COLOR", "1").output().unwrap());
    plain(capdo(&["audit", "none.yaml"]));
    plain(capdo(&["--help"]));
    let coloured = capdo(&[&AUDIT[..], &["--color", "always"]].concat());
    assert!(coloured.stdout.contains(&0x1b));
}

#[test]
fn each_endpoint_has_a_row() {
    let files = [
        "sample-configs/endpoints/portal-tls.jsonl",
        "sample-configs/endpoints/sorting-api.jsonl",
    ];
    let args = [
        "scan", "endpoint", files[0], files[1], "--as-of", DAY, "--lang", "en",
    ];
    let text = stdout(&capdo(&args));
    let table: Vec<&str> = text
        .lines()
        .skip_while(|l| *l != "Endpoints")
        .take(4)
        .collect();
    assert_eq!(table.len(), 4, "{text}");
    for (row, file) in table[2..].iter().zip(files) {
        let address = file.rsplit('/').next().unwrap();
        assert!(row.contains(address) && row.contains('/'), "{row}");
    }
}

#[test]
fn help_has_examples_and_speaks_vietnamese() {
    let subcommands: Vec<String> = stdout(&capdo(&["--help"]))
        .lines()
        .skip_while(|l| *l != "Commands:")
        .skip(1)
        .take_while(|l| !l.is_empty())
        .filter(|l| l.starts_with("  ") && !l.starts_with("   "))
        .map(|l| l.split_whitespace().next().unwrap().to_owned())
        .filter(|c| c != "help" && c != "law" && c != "rules")
        .collect();
    assert!(subcommands.len() > 15, "{subcommands:?}");
    for name in &subcommands {
        let english = stdout(&capdo(&[name, "--help"]));
        assert!(english.contains("Examples:\n"), "{name}: {english}");
        let vietnamese = stdout(&capdo(&[name, "--help", "--lang", "vi"]));
        assert!(
            vietnamese.contains("Cách dùng:") && vietnamese.contains("Ví dụ:\n"),
            "{name}: {vietnamese}"
        );
        assert!(!vietnamese.contains("Options:"), "{name}: {vietnamese}");
    }
    let root = stdout(&capdo(&["--lang", "vi", "--help"]));
    assert!(
        root.contains("Mã thoát") && root.contains("tự") || root.contains("Lệnh:"),
        "{root}"
    );
}

#[test]
fn shells_and_manuals() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = stdout(&capdo(&["completions", shell]));
        assert!(
            text.contains("fail-on-new") && text.contains("attest"),
            "{shell}"
        );
    }
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().display().to_string();
    assert_eq!(code(&capdo(&["man", "--out", &out])), 0);
    let page = fs::read_to_string(dir.path().join("capdo-audit.1")).unwrap();
    assert!(
        page.starts_with(".ie") && page.contains("max\\-undetermined") && page.contains("Examples"),
        "{page}"
    );
    assert!(dir.path().join("capdo-law-coverage.1").is_file());
    assert!(stdout(&capdo(&["man"])).contains(".TH capdo 1"));
}

#[test]
fn a_first_inventory_finds_what_lies_around_and_loads() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample_copy(dir.path());
    let written = fs::read_to_string(sample.join("capdo.yaml")).unwrap();
    fs::remove_file(sample.join("capdo.yaml")).unwrap();
    fs::remove_dir_all(sample.join("small")).unwrap_or_default();
    let folder = sample.display().to_string();
    let output = capdo(&[
        "init",
        &folder,
        "--name",
        "Bưu chính \"Thử\"",
        "--tax-code",
        "0100109106",
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let made = fs::read_to_string(sample.join("capdo.yaml")).unwrap();
    for found in [
        "root: \"servers/web-01\"",
        "root: \"servers/sort-01\"",
        "root: \"servers/office-01\"",
        "facts: \"endpoints/portal-tls.jsonl\"",
        "address: \"api.sorting.buuchinhmau.example:443\", purpose: api",
        "address: \"chiachon.example.vn:443\"",
        "path: \"configs/portal/nginx\"",
        "path: \"configs/portal/postgresql\"",
        "path: \"schemas/orders.sql\"",
        "path: \"schemas/sorting.sql\"",
        "path: \"labels\"",
        "roster: \"hr/roster.csv\", trained: \"hr/trained.csv\"",
        "- \"waivers.yaml\"",
        "- \"documents/attestations.yaml\"",
        "tax_code: \"0100109106\"",
        "# ",
    ] {
        assert!(made.contains(found), "{found}:\n{made}");
    }
    // Its waivers and attestations name other systems: they wait in a comment, and what is written loads.
    assert!(
        made.contains("# waivers:") && made.contains("# attestations:"),
        "{made}"
    );
    let inventory = sample.join("capdo.yaml").display().to_string();
    let output = capdo(&["plan", &inventory]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let again = capdo(&["init", &folder]);
    assert_eq!(code(&again), 4, "an inventory is never overwritten unasked");
    assert!(stderr(&again).contains("--force"));
    assert!(!written.is_empty());
}

#[test]
fn a_first_inventory_of_nothing_loads_and_is_audited() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().display().to_string();
    let output = capdo(&["init", &folder, "--lang", "en"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("Nothing to look at"));
    let inventory = format!("{folder}/capdo.yaml");
    let output = capdo(&["audit", &inventory, "--as-of", DAY]);
    assert!([1, 3].contains(&code(&output)), "{}", stderr(&output));
}

/// Options that a page or a ready file names exist in the command that it names them for.
#[test]
fn pages_and_ready_files_name_options_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![
        root.join(".pre-commit-hooks.yaml"),
        root.join("docs/gate.md"),
        root.join("docs/evidence.md"),
        root.join("docs/inventory.md"),
    ];
    for entry in fs::read_dir(root.join("docs/ci")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    let mut seen = 0;
    for page in pages {
        for line in fs::read_to_string(&page).unwrap().lines() {
            // What a pipeline collects with `set --` it hands to an audit.
            let line = match line.split_once("capdo ") {
                Some((_, rest)) => rest.split('`').next().unwrap_or_default().to_owned(),
                None if line.contains("set -- ") => format!("audit {line}"),
                None => continue,
            };
            let command = line.split_whitespace().next().unwrap_or_default();
            if ![
                "audit", "scan", "judge", "diff", "report", "verify", "keygen", "waive", "attest",
                "init",
            ]
            .contains(&command)
            {
                continue;
            }
            let help = stdout(&capdo(&[command, "--help"]));
            for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
                if word.len() > 4 && word.starts_with("--") && !["--rm"].contains(&word) {
                    seen += 1;
                    assert!(
                        help.contains(word),
                        "{}: {command} has no {word}",
                        page.display()
                    );
                }
            }
        }
    }
    assert!(seen > 25, "{seen}");
}

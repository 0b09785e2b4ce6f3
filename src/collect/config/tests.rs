//! The collector as a whole, on folders as they are handed in.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::model::Origin;

pub(super) fn cx() -> Context {
    Context {
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        timeout: std::time::Duration::from_secs(1),
        offline: true,
    }
}

fn sample(name: &str) -> Collected {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-configs/configs")
        .join(name);
    collect(&path, &format!("configs/{name}"), &cx())
}

/// A folder with these files.
pub(super) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

pub(super) fn subject<'c>(out: &'c Collected, id: &str) -> &'c Subject {
    let ids: Vec<&str> = out.subjects.iter().map(|s| &*s.id).collect();
    out.subjects
        .iter()
        .find(|s| &*s.id == id)
        .unwrap_or_else(|| panic!("{id} not in {ids:?}"))
}

pub(super) fn shown(subject: &Subject, path: &str) -> String {
    subject
        .facts
        .get(path)
        .map_or_else(|| "-".into(), |f| f.value.shown())
}

pub(super) fn seen<'c>(out: &'c Collected, kind: &str) -> &'c Seen {
    &out.sights.iter().find(|s| &*s.kind == kind).unwrap().seen
}

#[test]
fn the_good_sample() {
    let out = sample("portal");
    assert!(out.sights.iter().all(|s| s.seen == Seen::Whole));
    let server = subject(&out, "nginx.server[tracuu.example.vn:443]");
    for (path, value) in [
        ("ssl_protocols", "[TLSv1.2, TLSv1.3]"),
        ("weak_protocols", "[]"),
        ("weak_ciphers", "[]"),
        ("hsts_max_age", "31536000"),
        (
            "access_log_fields",
            "[source, destination, account, time, action]",
        ),
        ("limits_connections", "true"),
        ("dotfiles_denied", "true"),
        ("stub_status_exposed", "false"),
        ("plain_upstreams", "[]"),
        ("server_tokens", "off"),
        ("autoindex", "off"),
    ] {
        assert_eq!(shown(server, path), value, "{path}");
    }
    assert_eq!(server.facts["autoindex"].origin, Origin::Default);
    let place = server.facts["ssl_protocols"].place.as_ref().unwrap();
    assert_eq!(
        (&*place.file, place.line),
        ("configs/portal/nginx/conf.d/tls.conf", 1)
    );
    let plain = subject(&out, "nginx.server[tracuu.example.vn:80]");
    assert_eq!(
        (
            shown(plain, "redirect_to_https"),
            shown(plain, "serves_plain_http")
        ),
        ("true".into(), "false".into())
    );
    let pg = subject(&out, "postgresql");
    assert_eq!(shown(pg, "log_line_prefix"), "%m [%p] %q%u@%d %h %a ");
    assert_eq!(pg.other.len(), 1);
    assert_eq!(
        (pg.other[0].origin, pg.other[0].value.shown()),
        (Origin::Shadowed, "%m [%p] ".into())
    );
    assert_eq!(shown(pg, "idle_session_timeout_seconds"), "900");
    let rule = subject(
        &out,
        "pg_hba[hostssl tracuu bao_cao 10.20.40.0 255.255.255.240]",
    );
    assert_eq!(
        (shown(rule, "addresses"), shown(rule, "plain_remote")),
        ("16".into(), "false".into())
    );
}

#[test]
fn the_worse_sample() {
    let out = sample("sorting");
    let server = subject(&out, "nginx.server[chiachon.example.vn:443]");
    for (path, value) in [
        ("weak_protocols", "[TLSv1, TLSv1.1]"),
        ("weak_ciphers", "[anonymous, rc4, 3des]"),
        ("hsts_max_age", "0"),
        ("serves_plain_http", "true"),
        ("access_log_enabled", "false"),
        ("autoindex_locations", "[/ket-xuat/]"),
        ("stub_status_exposed", "true"),
        ("plain_upstreams", "[/ -> http://10.30.1.20:8080]"),
        ("keepalive_timeout_seconds", "600"),
    ] {
        assert_eq!(shown(server, path), value, "{path}");
    }
    let rule = subject(&out, "pg_hba[host chiachon quet_ma 10.30.1.0/24]");
    assert_eq!(shown(rule, "shadowed_by"), "pg_hba[host all all 0.0.0.0/0]");
    let files = subject(&out, "config-files");
    assert_eq!(
        (
            shown(files, "recognised"),
            shown(files, "unrecognised_count")
        ),
        ("5".into(), "1".into())
    );
    assert!(shown(files, "unrecognised").contains("firmware.bin, why: binary"));
    let all = format!("{:?}", out.subjects);
    assert!(!all.contains("bWF1"), "a password in a header is masked");
}

#[test]
fn every_fact_stands_in_the_vocabulary() {
    for out in [sample("portal"), sample("sorting")] {
        stands_in_the_vocabulary(&out);
    }
}

/// Every fact of these is one that a control may name.
pub(super) fn stands_in_the_vocabulary(out: &Collected) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/vocabulary");
    for subject in &out.subjects {
        let text = fs::read_to_string(root.join(format!("{}.yaml", subject.kind))).unwrap();
        let open = text.contains("\nopen: true");
        for fact in subject.facts.values() {
            let known =
                text.contains(&format!("\n  {}:", fact.path)) || fact.path.ends_with(".expanded");
            // What another file may say is not seen, whatever it is.
            let is_text = matches!(fact.value, Value::Unseen(_))
                || (matches!(fact.value, Value::Text(_) | Value::List(_) | Value::Absent)
                    && fact.origin != Origin::Derived);
            assert!(
                known || (open && is_text),
                "{} of {}",
                fact.path,
                subject.kind
            );
        }
    }
}

#[test]
fn inheritance_is_that_of_nginx() {
    let dir = tree(&[(
        "nginx.conf",
        "http { add_header A 1; add_header Strict-Transport-Security max-age=60; ssl_protocols TLSv1.2;\n\
         server { listen 443 ssl; server_name a; add_header B 2; location /x { add_header C 3; } }\n\
         server { listen 443 ssl; server_name b; ssl_protocols TLSv1.3; ssl_protocols TLSv1.2; location / { add_header D 4; } } }",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let a = subject(&out, "nginx.server[a:443]");
    assert_eq!(
        (shown(a, "header_names"), shown(a, "hsts_max_age")),
        ("[b]".into(), "0".into())
    );
    assert_eq!(
        a.other.iter().filter(|f| &*f.path == "add_header").count(),
        2
    );
    let b = subject(&out, "nginx.server[b:443]");
    // The one location that answers has a header of its own, and with it none of the http level's.
    assert_eq!(shown(b, "hsts_max_age"), "0");
    assert_eq!(shown(b, "header_gaps"), "[/]");
    assert_eq!(shown(b, "ssl_protocols"), "[TLSv1.3, TLSv1.2]");
}

#[test]
fn whom_an_allow_lets_in_is_served() {
    let dir = tree(&[(
        "nginx.conf",
        "http { server { listen 80; server_name a; allow 10.0.0.0/8; deny all; root /srv; }\n\
         server { listen 80; server_name b; deny all; }\n\
         server { listen 80; server_name c; deny all; location /x { allow all; root /srv; } }\n\
         server { listen 80; server_name d; location / { return 301 https://d; } location /s { allow 127.0.0.1; deny all; } } }",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let serves = |name: &str| {
        let server = subject(&out, &format!("nginx.server[{name}:80]"));
        shown(server, "serves_plain_http")
    };
    assert_eq!(
        ["a", "b", "c", "d"].map(serves),
        ["true", "false", "true", "false"]
    );
}

#[test]
fn parts_without_a_whole_do_not_guess() {
    let dir = tree(&[(
        "sites/a.conf",
        "server {\n listen 443 ssl;\n server_name a;\n ssl_protocols TLSv1.3;\n}\n",
    )]);
    let out = collect(&dir.path().join("sites/a.conf"), "c/a.conf", &cx());
    let a = subject(&out, "nginx.server[a:443]");
    assert_eq!(shown(a, "ssl_protocols"), "[TLSv1.3]");
    assert_eq!(
        &*a.facts["ssl_protocols"].place.as_ref().unwrap().file,
        "c/a.conf"
    );
    assert_eq!(shown(a, "server_tokens"), "? (missing-fact)");
    assert_eq!(shown(a, "limits_connections"), "? (missing-fact)");
}

#[test]
fn a_missing_include_is_no_default() {
    let dir = tree(&[(
        "nginx.conf",
        "events {}\nhttp { include /etc/nginx/conf.d/*.conf;\n server { listen 443 ssl; include /etc/letsencrypt/options-ssl-nginx.conf; } }",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let server = subject(&out, "nginx.server[_:443]");
    assert_eq!(shown(server, "ssl_protocols"), "? (include-missing)");
    assert_eq!(shown(server, "weak_protocols"), "? (include-missing)");
    assert!(matches!(seen(&out, "nginx-server"), Seen::Not(r) if r.code == "include-missing"));
}

#[test]
fn links_of_the_real_host_are_found_again() {
    let dir = tree(&[
        ("nginx.conf", "http { include /etc/nginx/sites-enabled/*; }"),
        ("sites-available/a", "server { listen 80; server_name a; }"),
        ("sites-available/b", "server { listen 80; server_name b; }"),
    ]);
    fs::create_dir(dir.path().join("sites-enabled")).unwrap();
    symlink(
        "/etc/nginx/sites-available/a",
        dir.path().join("sites-enabled/a"),
    )
    .unwrap();
    symlink(
        "/etc/shadow-elsewhere",
        dir.path().join("sites-enabled/out"),
    )
    .unwrap();
    symlink("..", dir.path().join("sites-enabled/round")).unwrap();
    let out = collect(dir.path(), "c", &cx());
    subject(&out, "nginx.server[a:80]");
    assert!(!out.subjects.iter().any(|s| s.id.contains("[b:80]")));
    let files = subject(&out, "config-files");
    assert_eq!(shown(files, "not_in_effect"), "[c/sites-available/b]");
    assert!(shown(files, "unreadable").contains("link-leads-out"));
}

#[test]
fn includes_that_go_round_end() {
    let dir = tree(&[
        ("nginx.conf", "http { include a.conf; include a.conf; }"),
        (
            "a.conf",
            "include nginx.conf; server { listen 80; }\r\nserver { listen 80; }",
        ),
        (
            "postgresql.conf",
            "include 'postgresql.conf'\nssl = maybe\nport = 1\nport = 2\n",
        ),
        (
            "pg_hba.conf",
            "include pg_hba.conf\nhost all @names 10.0.0.0/8 md5\nhost all all 10.0.0.0/8 nonsense\n",
        ),
        ("names", "an, binh\n"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    assert!(matches!(seen(&out, "nginx"), Seen::Not(r) if r.code == "not-parsed"));
    assert!(
        matches!(seen(&out, "postgresql"), Seen::Not(_))
            && matches!(seen(&out, "pg-hba"), Seen::Not(_))
    );
    for id in [
        "nginx.server[_:80]@a.conf",
        "nginx.server[_:80]@a.conf#2",
        "nginx.server[_:80]@a.conf#4",
    ] {
        subject(&out, id);
    }
    let pg = subject(&out, "postgresql");
    assert_eq!(
        (shown(pg, "ssl"), shown(pg, "port")),
        ("? (not-parsed)".into(), "2".into())
    );
    assert_eq!(
        shown(subject(&out, "pg_hba[host all @names 10.0.0.0/8]"), "user"),
        "[an, binh]"
    );
}

#[test]
fn auto_conf_wins_and_patterns_work() {
    let dir = tree(&[
        (
            "data/postgresql.conf",
            "ssl = off\ndata_directory = '/var/lib/postgresql/15/main'\n",
        ),
        ("main/postgresql.auto.conf", "ssl = 'on'\n"),
        ("a.cfg", "x"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let pg = subject(&out, "postgresql");
    assert_eq!(
        (shown(pg, "ssl"), shown(pg, "auto_conf")),
        ("on".into(), "c/main/postgresql.auto.conf".into())
    );
    let pattern = dir.path().join("data/*.conf");
    let out = collect(&pattern, "c/data/*.conf", &cx());
    assert_eq!(shown(subject(&out, "config-files"), "files"), "1");
    assert_eq!(
        subject(&out, "postgresql")
            .place
            .as_ref()
            .unwrap()
            .file
            .as_ref(),
        "c/data/postgresql.conf"
    );
    let out = collect(&dir.path().join("none"), "none", &cx());
    assert!(out.subjects.is_empty() && out.sights.iter().all(|s| matches!(s.seen, Seen::Not(_))));
}

/// Against the real program: `postgres -C` names the value that it would run with.
#[test]
fn a_real_postgres_has_the_same_values() {
    let Some(program) = ["/usr/lib/postgresql/15/bin/postgres"]
        .into_iter()
        .find(|p| Path::new(p).exists())
    else {
        eprintln!("skipped: PostgreSQL 15 is not installed");
        return;
    };
    let dir = tree(&[(
        "postgresql.conf",
        "log_connections = yes\npassword_encryption = MD5\nlog_line_prefix = '%m ''x'' '\nssl = F\nlog_statement = DDL\n\
         ssl_min_protocol_version = 'tlsv1.3'\nmax_connections = 0x40\nlisten_addresses = '*'\n",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let pg = subject(&out, "postgresql");
    for name in [
        "log_connections",
        "password_encryption",
        "log_line_prefix",
        "ssl",
        "log_statement",
        "ssl_min_protocol_version",
        "max_connections",
        "listen_addresses",
        "log_disconnections",
        "ssl_ciphers",
        "port",
        "logging_collector",
    ] {
        // `-C` first: only then does it run for root as well.
        let real = std::process::Command::new(program)
            .args(["-C", name, "-D"])
            .arg(dir.path())
            .output()
            .unwrap();
        assert!(
            real.status.success(),
            "{}",
            String::from_utf8_lossy(&real.stderr)
        );
        let real = String::from_utf8(real.stdout).unwrap();
        assert_eq!(shown(pg, name), real.trim_end_matches('\n'), "{name}");
    }
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn collecting_never_panics_and_lines_stay_inside(
            words in proptest::collection::vec(0..WORDS.len(), 0..90),
            rest in r#"([^a]|[;{}'"\\$@/,.]){0,12}"#
        ) {
            let mut text: String = words.into_iter().map(|at| WORDS[at]).collect();
            text.push_str(&rest);
            let lines = text.lines().count().max(1) as u32;
            let dir = tree(&[("nginx.conf", &text), ("postgresql.conf", &text), ("pg_hba.conf", &text), ("x", &text)]);
            let out = collect(dir.path(), "c", &cx());
            for subject in &out.subjects {
                for fact in subject.facts.values().chain(&subject.other) {
                    prop_assert!(fact.place.as_ref().is_none_or(|p| p.line <= lines));
                }
                let own = subject.facts.values().filter(|f| f.origin == Origin::Shadowed).count();
                prop_assert_eq!(own, 0);
            }
        }
    }

    const WORDS: [&str; 52] = [
        "http {",
        "server {",
        "location / {",
        "location ~ \\. {",
        "if ($scheme = http) {",
        "map $a $b {",
        "upstream u {",
        "}",
        "}\n",
        ";",
        ";\n",
        "\n",
        " ",
        "listen ",
        "80",
        "443 ssl",
        "[::]:80",
        "unix:/x",
        "server_name ",
        "a.vn",
        "add_header ",
        "Strict-Transport-Security ",
        "\"max-age=1\" ",
        "$b",
        "ssl_protocols ",
        "TLSv1 ",
        "ssl_ciphers ",
        "HIGH:!é",
        "!:-:+",
        "include ",
        "nginx.conf",
        "*.conf",
        "/etc/nginx/../x",
        "access_log ",
        "off",
        "log_format m ",
        "'$remote_addr'",
        "proxy_pass ",
        "http://u",
        "return 301 https://x",
        "deny all",
        "autoindex on",
        "keepalive_timeout ",
        "99999999999999999999",
        "1h 5",
        "host ",
        "all ",
        "0.0.0.0/0 ",
        "md5 ",
        "ssl = on\n",
        "idle_session_timeout = ",
        "é",
    ];
}

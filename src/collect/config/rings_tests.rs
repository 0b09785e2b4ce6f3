//! Files that include each other twice, thrice, or in a ring: whatever follows inclusions ends, soon and with little.

use std::time::{Duration, Instant};

use super::collect;
use super::tests::{cx, tree};

/// How many files stand in a row; each names the next one twice.
const ROW: usize = 24;

/// `main`, then `f1` …: each holds `line` twice for the next one; the last one goes back to the first.
fn row(main: &str, other: &str, first: &str, line: &str) -> Vec<(String, String)> {
    let name = |n: usize| match n % ROW {
        0 => main.to_owned(),
        n => other.replace('#', &format!("f{n}")),
    };
    let written = |n: usize| {
        let next = name(n + 1);
        let short = next.rsplit('/').next().unwrap_or(&next);
        line.replace('@', &next).replace('#', short).repeat(2)
    };
    (0..ROW)
        .map(|n| {
            let start = if n == 0 { first } else { "" };
            (name(n), format!("{start}{}", written(n)))
        })
        .collect()
}

fn ends(kind: &str, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
    let dir = tree(&files);
    let start = Instant::now();
    let out = collect(dir.path(), "c", &cx());
    assert!(start.elapsed() < Duration::from_secs(60), "{kind}");
    let facts: usize = out
        .subjects
        .iter()
        .map(|s| s.facts.len() + s.other.len())
        .sum();
    assert!(facts < 50_000, "{kind}: {facts}");
}

#[test]
fn inclusions_end() {
    let main = |main: &str, first: &str, line: &str| {
        let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
        row(main, &format!("{folder}/#.conf"), first, line)
    };
    for (kind, files) in [
        (
            "nginx",
            main(
                "a/nginx.conf",
                "events {}\nserver_tokens off;\n",
                "include #;\n",
            ),
        ),
        (
            "apache",
            main("a/apache2.conf", "ServerTokens Prod\n", "Include #\n"),
        ),
        (
            "mysql",
            main("a/my.cnf", "[mysqld]\nport=1\n", "!include #\n"),
        ),
        ("redis", main("a/redis.conf", "port 6379\n", "include #\n")),
        (
            "postgresql",
            main("a/postgresql.conf", "port = 1\n", "include '#'\n"),
        ),
        (
            "chrony",
            main("a/chrony.conf", "makestep 1 3\n", "include #\n"),
        ),
        (
            "nft",
            main("a/nftables.conf", "table inet f { }\n", "include \"./#\"\n"),
        ),
        (
            "logrotate",
            main("etc/logrotate.conf", "weekly\n", "include /@\n"),
        ),
        (
            "rsyslog",
            main(
                "etc/rsyslog.conf",
                "*.* /var/log/a\n",
                "$IncludeConfig /@\n",
            ),
        ),
        (
            "rsyslog, newer",
            main(
                "etc/rsyslog.conf",
                "*.* /var/log/a\n",
                "include(file=\"/@\")\n",
            ),
        ),
        (
            "sudo",
            row(
                "etc/sudoers",
                "etc/#",
                "root ALL=(ALL) ALL\n",
                "@include #\n",
            ),
        ),
        (
            "sshd",
            main(
                "etc/ssh/sshd_config",
                "PermitRootLogin no\n",
                "Include /@\n",
            ),
        ),
        (
            "pam",
            row(
                "etc/pam.d/sshd",
                "etc/pam.d/#",
                "auth required pam_unix.so\n",
                "auth include #\nauth substack #\n",
            ),
        ),
        (
            "kustomize",
            row(
                "f0/kustomization.yaml",
                "#/kustomization.yaml",
                "resources:\n",
                "",
            ),
        ),
        (
            "spring",
            row(
                "application.yml",
                "#.yml",
                "server:\n  port: 80\nspring.config.import:\n",
                "- \"file:./#\"\n",
            ),
        ),
        (
            "compose",
            row(
                "compose.yaml",
                "#.yaml",
                "services:\n  a: { image: \"b:1\" }\ninclude:\n",
                "  - #\n",
            ),
        ),
        (
            "gitlab",
            row(
                ".gitlab-ci.yml",
                "#.yml",
                "job: { script: [ x ] }\ninclude:\n",
                "  - local: #\n",
            ),
        ),
        (
            "django",
            row(
                "s/settings.py",
                "s/#.py",
                "DEBUG = False\nMIDDLEWARE = []\n",
                "from .# import *\n",
            ),
        ),
        ("terraform", row("f0/main.tf", "#/main.tf", "", "")),
    ] {
        let files: Vec<(String, String)> = files
            .into_iter()
            .enumerate()
            .map(|(n, (path, text))| {
                let next = (n + 1) % ROW;
                let text = match kind {
                    "kustomize" => format!("resources:\n- ../f{next}\n- ../f{next}\n"),
                    "terraform" => format!(
                        "variable \"v\" {{}}\nmodule \"a\" {{\n source = \"../f{next}\"\n v = [var.v, var.v]\n}}\nmodule \"b\" {{\n source = \"../f{next}\"\n v = [var.v, var.v]\n}}\n"
                    ),
                    "django" => text.replace(".py import", " import"),
                    "spring" | "compose" | "gitlab" if n > 0 => {
                        let key = match kind {
                            "spring" => "spring.config.import:\n",
                            _ => "include:\n",
                        };
                        format!("{key}{text}")
                    }
                    _ => text,
                };
                (path, text)
            })
            .collect();
        ends(kind, &files);
    }
}

#[test]
fn names_that_stand_for_two_others_end() {
    let twice = |line: &dyn Fn(usize, usize) -> String| -> String {
        (0..60).map(|n| line(n, n + 1)).collect()
    };
    let one = |path: &str, text: String| vec![(path.to_owned(), text)];
    let postfix = twice(&|n, next| format!("a{n} = $a{next}$a{next}\n"));
    let define = twice(&|n, next| format!("Define a{next} ${{a{n}}}${{a{n}}}\n"));
    let macros = twice(&|n, next| {
        format!("<Macro M{n} $x>\nUse M{next} $x$x\nUse M{next} $x$x\n</Macro>\n")
    });
    let spring = twice(&|n, next| format!("a{n}=${{a{next}}}${{a{next}}}\n"));
    let locals = twice(&|n, next| format!("a{n} = [local.a{next}, local.a{next}]\n"));
    for (kind, files) in [
        (
            "postfix",
            one(
                "postfix/main.cf",
                format!("{postfix}a60 =\nsmtpd_banner = $a0\nmynetworks = $a0\n"),
            ),
        ),
        (
            "define",
            one(
                "apache2.conf",
                format!("Define a0 xxxxxxxx\n{define}ServerName ${{a60}}\n"),
            ),
        ),
        (
            "macro",
            one(
                "apache2.conf",
                format!("{macros}<Macro M60 $x>\nListen $x\n</Macro>\nUse M0 80\n"),
            ),
        ),
        (
            "spring",
            one(
                "application.properties",
                format!("{spring}a60=\nserver.port=80\nspring.datasource.url=${{a0}}\n"),
            ),
        ),
        (
            "terraform",
            one(
                "main.tf",
                format!(
                    "locals {{\n{locals}a60 = \"x\"\n}}\nresource \"aws_security_group\" \"a\" {{\n  name = local.a0\n}}\n"
                ),
            ),
        ),
    ] {
        ends(kind, &files);
    }
}

//! What an inclusion names and nobody could look at is never as good as nothing: for every program that includes files.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::tests::{cx, seen, shown, subject, tree};
use super::*;
use crate::model::{Entry, SourceError};

/// A folder tree of which one folder may not be listed.
struct Closed {
    inner: RootFolder,
    folder: &'static str,
}

impl Source for Closed {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        self.inner.read(path, cap)
    }

    fn stream(&self, path: &str, cap: u64) -> Result<Box<dyn Read + Send>, SourceError> {
        self.inner.stream(path, cap)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        if path.trim_end_matches('/') == self.folder {
            return Err(SourceError::Unreadable(path.to_owned(), "denied".into()));
        }
        self.inner.list(path)
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        self.inner.stat(path)
    }
}

/// What comes out where one folder of these files may not be listed.
fn closed(files: &[(&str, &str)], folder: &'static str) -> Collected {
    let dir = tree(files);
    let target = Target::of(dir.path(), "c");
    let source = Closed {
        inner: RootFolder::open(&target.root).unwrap(),
        folder,
    };
    collect_from(&target, &source, &cx())
}

/// What comes out where one of these files is a link that leads out of the tree.
fn led_out(files: &[(&str, &str)], link: &str) -> Collected {
    let dir = tree(files);
    let at = dir.path().join(link);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    symlink("/nowhere/of/this/tree", at).unwrap();
    collect(dir.path(), "c", &cx())
}

fn is_unseen(value: &Subject, path: &str) -> bool {
    matches!(
        value.facts.get(path).map(|f| &f.value),
        Some(Value::Unseen(_))
    )
}

fn is_not(out: &Collected, kind: &str) -> bool {
    matches!(seen(out, kind), Seen::Not(_))
}

const NGINX: &str = "events {}\nhttp {\n  include conf.d/*.conf;\n  server {\n    listen 443 ssl;\n    server_name a.vn;\n  }\n}\n";

#[test]
fn nginx_folders_that_cannot_be_listed() {
    let files = [
        ("nginx/nginx.conf", NGINX),
        ("nginx/conf.d/tls.conf", "ssl_protocols TLSv1.2;\n"),
    ];
    let out = closed(&files, "/nginx/conf.d");
    assert!(is_not(&out, "nginx"), "{:?}", seen(&out, "nginx"));
    assert!(is_unseen(
        subject(&out, "nginx.server[a.vn:443]"),
        "ssl_protocols"
    ));
    let out = led_out(&files, "nginx/conf.d/more.conf");
    assert!(is_not(&out, "nginx"), "{:?}", seen(&out, "nginx"));
    let out = led_out(
        &[(
            "nginx/nginx.conf",
            &NGINX.replace("conf.d/*.conf", "sites-enabled/*"),
        )],
        "nginx/sites-enabled/portal",
    );
    assert!(is_not(&out, "nginx"), "{:?}", seen(&out, "nginx"));
}

#[test]
fn patterns_that_cannot_be_read() {
    let out = closed(
        &[
            (
                "nginx/nginx.conf",
                &NGINX.replace("conf.d/*.conf", "conf.d/[*.conf"),
            ),
            ("nginx/conf.d/a.conf", "ssl_protocols TLSv1;\n"),
        ],
        "/-",
    );
    assert!(is_not(&out, "nginx"), "{:?}", seen(&out, "nginx"));
}

#[test]
fn links_to_folders_are_followed_inside_the_tree() {
    let dir = tree(&[
        ("nginx/nginx.conf", NGINX),
        ("real/tls.conf", "ssl_protocols TLSv1.2;\n"),
    ]);
    // As written on the real host, from which `/etc` was copied away.
    symlink("/etc/../real", dir.path().join("nginx/conf.d")).unwrap();
    let out = collect(dir.path(), "c", &cx());
    let server = subject(&out, "nginx.server[a.vn:443]");
    assert_eq!(shown(server, "ssl_protocols"), "[TLSv1.2]");
    assert_eq!(seen(&out, "nginx"), &Seen::Whole);
}

#[test]
fn apache_includes_that_were_not_seen() {
    let main = "ServerRoot /etc/apache2\nIncludeOptional conf-enabled/*.conf\nListen 80\n";
    let files = [
        ("apache2/apache2.conf", main),
        ("apache2/conf-enabled/security.conf", "ServerTokens Prod\n"),
    ];
    let out = closed(&files, "/apache2/conf-enabled");
    assert!(is_not(&out, "apache"), "{:?}", seen(&out, "apache"));
    let out = led_out(&files, "apache2/conf-enabled/other.conf");
    assert!(is_not(&out, "apache"), "{:?}", seen(&out, "apache"));
    // A folder of the real host that this copy does not have.
    let elsewhere = main.replace("conf-enabled/*.conf", "/srv/apache/*.conf");
    let out = closed(
        &[("apache2/apache2.conf", &elsewhere), ("apache2/x", "")],
        "/-",
    );
    assert!(is_not(&out, "apache"), "{:?}", seen(&out, "apache"));
}

#[test]
fn mysql_and_redis_includes_that_were_not_seen() {
    let files = [
        ("mysql/my.cnf", "[mysqld]\nport=3306\n!includedir conf.d\n"),
        ("mysql/conf.d/a.cnf", "[mysqld]\nlocal_infile=0\n"),
    ];
    let out = closed(&files, "/mysql/conf.d");
    assert!(is_unseen(
        subject(&out, "mysql"),
        "require_secure_transport"
    ));
    let out = led_out(&files, "mysql/conf.d/b.cnf");
    assert!(is_unseen(
        subject(&out, "mysql"),
        "require_secure_transport"
    ));
    let files = [
        ("redis/redis.conf", "include conf.d/*.conf\nport 6379\n"),
        ("redis/conf.d/a.conf", "requirepass x\n"),
    ];
    let out = closed(&files, "/redis/conf.d");
    assert!(is_unseen(subject(&out, "redis"), "bind"));
    assert!(is_unseen(subject(&out, "redis"), "password_required"));
    // Elsewhere on the host.
    let out = closed(&[("redis.conf", "include /srv/redis/*.conf\n")], "/-");
    assert!(is_unseen(subject(&out, "redis"), "bind"));
}

#[test]
fn postgresql_includes_that_were_not_seen() {
    let main = "port = 5432\ninclude_dir = 'conf.d'\n";
    let files = [
        ("pg/postgresql.conf", main),
        ("pg/conf.d/a.conf", "ssl = on\n"),
    ];
    let out = closed(&files, "/pg/conf.d");
    assert!(is_unseen(subject(&out, "postgresql"), "ssl"));
    let out = led_out(&files, "pg/conf.d/b.conf");
    assert!(is_unseen(
        subject(&out, "postgresql"),
        "password_encryption"
    ));
    // One file alone is no copy of its folder.
    let out = closed(&[("postgresql.conf", main)], "/-");
    assert!(is_unseen(subject(&out, "postgresql"), "ssl"));
    let out = led_out(
        &[("pg/postgresql.conf", "include_if_exists = 'x.conf'\n")],
        "pg/x.conf",
    );
    assert!(is_unseen(subject(&out, "postgresql"), "ssl"));
}

#[test]
fn sshd_sudo_and_rsyslog_includes_that_were_not_seen() {
    let sshd = "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n";
    let files = [
        ("etc/ssh/sshd_config", sshd),
        ("etc/ssh/sshd_config.d/a.conf", "X11Forwarding no\n"),
    ];
    let good = |out: &Collected| {
        let found = out.subjects.iter().find(|s| &*s.kind == "sshd-config");
        found.is_some_and(|s| shown(s, "passwordauthentication") == "no")
    };
    assert!(good(&closed(&files, "/-")));
    assert!(!good(&closed(&files, "/etc/ssh/sshd_config.d")));
    assert!(!good(&led_out(&files, "etc/ssh/sshd_config.d/b.conf")));
    // What the host has there was not copied: cloud images put `PasswordAuthentication yes` there.
    assert!(!good(&closed(&[("etc/ssh/sshd_config", sshd)], "/-")));
    let elsewhere = sshd.replace("/etc/ssh/sshd_config.d", "/opt/ssh");
    assert!(!good(&closed(
        &[("etc/ssh/sshd_config", &elsewhere), ("etc/ssh/moduli", "")],
        "/-"
    )));
    let sudo = [
        (
            "etc/sudoers",
            "Defaults use_pty\n@includedir /etc/sudoers.d\n",
        ),
        ("etc/sudoers.d/ops", "ops ALL=(ALL) ALL\n"),
    ];
    let whole = |out: &Collected| {
        let found = out.subjects.iter().find(|s| &*s.kind == "sudoers");
        found.is_some_and(|s| shown(s, "hidden") == "[]") && !is_not(out, "sudoers")
    };
    assert!(whole(&closed(&sudo, "/-")));
    assert!(!whole(&closed(&sudo, "/etc/sudoers.d")));
    assert!(!whole(&led_out(&sudo, "etc/sudoers.d/more")));
    let rsyslog = [
        (
            "etc/rsyslog.conf",
            "$IncludeConfig /etc/rsyslog.d/*.conf\nauth,authpriv.* /var/log/auth.log\n",
        ),
        ("etc/rsyslog.d/a.conf", "*.* @@logs:6514\n"),
    ];
    let files_of = |out: &Collected| {
        let found = out.subjects.iter().find(|s| &*s.kind == "rsyslog-config");
        found.is_some_and(|s| shown(s, "remote.targets") == "[logs]")
    };
    assert!(files_of(&closed(&rsyslog, "/-")));
    assert!(!files_of(&closed(&rsyslog, "/etc/rsyslog.d")));
    assert!(!files_of(&led_out(&rsyslog, "etc/rsyslog.d/b.conf")));
}

#[test]
fn drop_ins_of_systemd_that_were_not_seen() {
    let out = led_out(
        &[("etc/a.service", "[Service]\nExecStart=/a\nUser=app\n")],
        "etc/a.service.d/override.conf",
    );
    assert!(is_not(&out, "systemd-unit"));
    let out = led_out(
        &[("etc/a.service", "[Service]\nExecStart=/a\nUser=app\n")],
        "etc/a.service.d",
    );
    assert!(is_not(&out, "systemd-unit"));
}

#[test]
fn links_that_go_round() {
    let dir = tree(&[("nginx/nginx.conf", NGINX)]);
    symlink("conf.d", dir.path().join("nginx/conf.d")).unwrap();
    symlink("/", dir.path().join("nginx/top")).unwrap();
    let out = collect(Path::new(dir.path()), "c", &cx());
    assert!(is_not(&out, "nginx"), "{:?}", seen(&out, "nginx"));
}

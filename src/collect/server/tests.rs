//! The whole collector on the sample roots, on roots made for one question, and against the real sshd.

mod planned;
mod proven;
mod reduced;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::collect::{Context, RootFolder, server};
use crate::model::{Collected, Seen, Sight, Subject, Value};

fn look(root: &Path) -> Collected {
    let source = RootFolder::open(root).unwrap();
    let cx = Context {
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        timeout: Duration::from_secs(1),
        offline: true,
    };
    server::collect(&source, "host", &cx)
}

fn sample(name: &str) -> Collected {
    look(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample-configs/servers")
            .join(name),
    )
}

/// A root with a record of dpkg that names these packages.
fn root(packages: &[&str], files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut status = String::new();
    for package in packages {
        let (name, version) = package.split_once(' ').unwrap_or((package, "1-1"));
        status += &format!("Package: {name}\nStatus: install ok installed\nVersion: {version}\n\n");
    }
    write(dir.path(), "/var/lib/dpkg/status", &status);
    write(dir.path(), "/usr/lib/os-release", "ID=debian\n");
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    dir
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path.trim_start_matches('/'));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn subject<'a>(seen: &'a Collected, id: &str) -> &'a Subject {
    seen.subjects
        .iter()
        .find(|s| &*s.id == id)
        .unwrap_or_else(|| panic!("no subject {id}"))
}

fn value(seen: &Collected, id: &str, path: &str) -> Value {
    subject(seen, id)
        .facts
        .get(path)
        .unwrap_or_else(|| panic!("no fact {id}.{path}"))
        .value
        .clone()
}

fn sight<'a>(seen: &'a Collected, kind: &str) -> &'a Seen {
    &seen
        .sights
        .iter()
        .find(|s| &*s.kind == kind)
        .unwrap_or_else(|| panic!("no sight {kind}"))
        .seen
}

fn code(value: &Value) -> &'static str {
    let Value::Unseen(why) = value else {
        panic!("seen: {value:?}");
    };
    why.code
}

const CONFIGS: [&str; 7] = [
    "",
    "PermitRootLogin yes\nX11Forwarding \"yes\"\nClientAliveInterval 5m\nLoginGraceTime=1m30\nMaxStartups 5\nLogLevel verbose\nSyslogFacility authpriv\nMaxAuthTries 3\nMaxAuthTries 5\n",
    "Ciphers -aes*\nMACs +hmac-md5\nKexAlgorithms ^ecdh-sha2-nistp256\nChallengeResponseAuthentication no\nCompression delayed\nRekeyLimit 1G 1h\n",
    "AllowUsers a b\nAllowUsers c@10.*\nPort 2222\nPort 22\nDenyGroups x\nAcceptEnv LANG LC_*\nAllowTcpForwarding local\nGatewayPorts clientspecified\nIgnoreRhosts shosts-only\n",
    "Include extra/*.conf\nPermitRootLogin no\nPasswordAuthentication yes\nMatch User git\n  PasswordAuthentication no\n  X11Forwarding no\n  ForceCommand /bin/true x\nMatch all\n Banner /etc/issue\n",
    "PasswordAuthentication no\nMatch User git\n Include extra/*.conf\n MaxSessions 1\nMatch User git\n MaxSessions 2\n AllowTcpForwarding no\n",
    "AllowUsers z\nMatch all\n X11Forwarding yes\n AllowUsers x\nMatch User git\n X11Forwarding no\n AllowUsers y\n MaxSessions 3\n",
];

#[test]
fn effective_values_are_those_of_sshd() {
    let sshd = Path::new("/usr/sbin/sshd");
    if !sshd.exists() || !Path::new("/etc/ssh/ssh_host_ed25519_key").exists() {
        eprintln!("skipped: no sshd on this machine");
        return;
    }
    let version = Command::new("dpkg-query")
        .args(["-W", "-f", "${Version}", "openssh-server"])
        .output()
        .unwrap();
    let package = format!(
        "openssh-server {}",
        String::from_utf8_lossy(&version.stdout)
    );
    for config in CONFIGS {
        let dir = tempfile::tempdir().unwrap();
        let extra = dir.path().join("extra");
        fs::create_dir_all(&extra).unwrap();
        fs::write(
            extra.join("10-a.conf"),
            "PermitRootLogin forced-commands-only\nPrintMotd no\n".replace("PrintMotd no\n", ""),
        )
        .unwrap();
        fs::write(
            extra.join("20-b.conf"),
            "PermitRootLogin yes\nMatch User git\nMaxAuthTries 2\n",
        )
        .unwrap();
        let file = dir.path().join("sshd_config");
        let absolute = config.replace("extra/", &format!("{}/", extra.display()));
        fs::write(&file, &absolute).unwrap();
        let inside = config.replace("extra/", "/etc/ssh/extra/");
        let host = root(
            &[&package],
            &[
                ("/etc/ssh/sshd_config", &inside),
                (
                    "/etc/ssh/extra/10-a.conf",
                    &fs::read_to_string(extra.join("10-a.conf")).unwrap(),
                ),
                (
                    "/etc/ssh/extra/20-b.conf",
                    &fs::read_to_string(extra.join("20-b.conf")).unwrap(),
                ),
            ],
        );
        let seen = look(host.path());
        let own: &[&str] = &["-C", "user=nobody1,host=h,addr=10.9.9.9"];
        compare(subject(&seen, "sshd"), &file, own, config);
        if config.contains("User git") {
            let git: &[&str] = &["-C", "user=git,host=h,addr=10.9.9.9"];
            compare(subject(&seen, "sshd.match[User git]"), &file, git, config);
        }
    }
}

fn compare(ours: &Subject, file: &Path, args: &[&str], config: &str) {
    let output = Command::new("/usr/sbin/sshd")
        .arg("-T")
        .arg("-f")
        .arg(file)
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{config}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut theirs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        theirs
            .entry(key.to_owned())
            .or_default()
            .push(value.to_owned());
    }
    let mut compared = 0;
    for (key, values) in theirs {
        let Some(fact) = ours.facts.get(key.as_str()) else {
            continue;
        };
        let mine = if let Value::List(list) = &fact.value {
            list.items.iter().map(Value::shown).collect()
        } else {
            vec![fact.value.shown()]
        };
        assert_eq!(mine, values, "{key} of {} in\n{config}", ours.id);
        compared += 1;
    }
    assert!(compared > 55, "only {compared} directives compared");
}

#[test]
fn the_good_sample_is_seen_whole() {
    let seen = sample("web-01");
    // Some services are proven not to be there, and a folder is no running host.
    let blind = |s: &&Sight| matches!(&s.seen, Seen::Not(why) if why.code != "not-live");
    assert_eq!(seen.sights.iter().find(blind).map(|s| &s.kind), None);
    assert_eq!(value(&seen, "sshd", "permitrootlogin"), "no".into());
    assert_eq!(value(&seen, "sshd", "alive.seconds"), Value::Int(300));
    assert_eq!(
        value(&seen, "sshd.match[User backup]", "allowtcpforwarding"),
        "no".into()
    );
    assert_eq!(
        value(&seen, "sshd.match[User backup]", "permitrootlogin"),
        "no".into()
    );
    assert_eq!(value(&seen, "logging", "retention.days"), Value::Int(56));
    assert_eq!(value(&seen, "logging", "remote.tls"), Value::Bool(true));
    assert_eq!(
        value(&seen, "password-policy", "min_length"),
        Value::Int(14)
    );
    assert_eq!(value(&seen, "lockout", "unlock_time"), Value::Int(43_200));
    assert_eq!(value(&seen, "session", "timeout.seconds"), Value::Int(600));
    assert_eq!(
        value(&seen, "firewall", "blocks_by_default"),
        Value::Bool(true)
    );
}

#[test]
fn the_bad_sample_proves_what_is_not_there() {
    let seen = sample("sort-01");
    for kind in ["auditd", "antimalware", "timesync", "firewall"] {
        assert!(matches!(sight(&seen, kind), Seen::Absent(_)), "{kind}");
    }
    assert_eq!(value(&seen, "sshd", "permitrootlogin"), "yes".into());
    assert_eq!(value(&seen, "sshd", "passwordauthentication"), "yes".into());
    assert_eq!(value(&seen, "logging", "retention.days"), Value::Int(28));
    assert_eq!(value(&seen, "accounts", "uid0").shown(), "[root, kythuat]");
    assert_eq!(
        value(&seen, "accounts", "empty_passwords").shown(),
        "[nhacungcap]"
    );
    assert_eq!(
        value(&seen, "packages", "cleartext_services").shown(),
        "[telnetd, vsftpd]"
    );
    assert_eq!(value(&seen, "lockout", "enabled"), Value::Bool(false));
    assert_eq!(value(&seen, "session", "autologin"), Value::Bool(true));
}

#[test]
fn what_cannot_be_read_is_said() {
    let seen = sample("office-01");
    assert!(matches!(sight(&seen, "sshd"), Seen::Not(why) if why.code == "link-loop"));
    assert!(!seen.subjects.iter().any(|s| &*s.kind == "sshd"));
    assert_eq!(
        code(&value(&seen, "password-policy", "max_days")),
        "wrong-kind"
    );
    assert_eq!(
        value(&seen, "password-policy", "min_length"),
        Value::Int(14)
    );
    for path in ["retention.days", "auth.logged", "remote.enabled"] {
        assert_eq!(code(&value(&seen, "logging", path)), "unreadable", "{path}");
    }
}

#[test]
fn without_the_record_of_dpkg_nothing_is_proven_absent() {
    let dir = root(&[], &[("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")]);
    let seen = look(dir.path());
    assert!(
        !seen
            .sights
            .iter()
            .any(|s| matches!(s.seen, Seen::Absent(_)))
    );
    fs::remove_dir_all(dir.path().join("var")).unwrap();
    fs::remove_file(dir.path().join("usr/lib/os-release")).unwrap();
    let seen = look(dir.path());
    assert!(
        !seen
            .sights
            .iter()
            .any(|s| matches!(s.seen, Seen::Absent(_)))
    );
    for kind in [
        "sshd",
        "auditd",
        "antimalware",
        "packages",
        "timesync",
        "firewall",
        "host",
    ] {
        assert!(matches!(sight(&seen, kind), Seen::Not(_)), "{kind}");
    }
}

#[test]
fn no_hash_and_no_name_of_a_person_reaches_a_fact() {
    let hashes = [
        "$6$saltsalt$ZZinventedZZ",
        "$1$ab$ZZinventedZZ",
        "ZZinventedZZx",
        "!$y$j9T$ZZinventedZZ$ZZinventedZZ",
    ];
    let (mut passwd, mut shadow) = (String::new(), String::new());
    for (at, hash) in hashes.iter().enumerate() {
        passwd += &format!(
            "u{at}:x:{}:100:ZZNguyen Van AZZ,,,:/home/u{at}:/bin/bash\n",
            1000 + at
        );
        shadow += &format!("u{at}:{hash}:20000:0:60:7:30::\n");
    }
    passwd += "old:$1$zz$ZZinventedZZ:1010:100::/:/bin/sh\nbroken ZZinventedZZ\n";
    shadow += "u9:ZZinventedZZ\n";
    let dir = root(
        &["openssh-server 1:9.2p1-2"],
        &[("/etc/passwd", &passwd), ("/etc/shadow", &shadow)],
    );
    for seen in [
        look(dir.path()),
        sample("web-01"),
        sample("sort-01"),
        sample("office-01"),
    ] {
        let all = format!("{seen:?}");
        assert!(
            !all.contains("ZZ") && !all.contains("BamDuocBia") && !all.contains("KhongPhaiMatKhau")
        );
        assert!(!all.contains("$y$") && !all.contains("$1$") && !all.contains("$6$"));
    }
    let seen = look(dir.path());
    assert!(
        value(&seen, "accounts", "users")
            .shown()
            .contains("hash_kind: sha512")
    );
    assert!(matches!(value(&seen, "accounts", "users"), Value::List(l) if !l.complete));
}

#[test]
fn an_include_that_cannot_be_read_hides_what_it_may_set() {
    let dir = root(
        &["openssh-server 1:9.2p1-2"],
        &[
            (
                "/etc/ssh/sshd_config",
                "MaxAuthTries 3\nInclude /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n",
            ),
            ("/etc/ssh/sshd_config.d/a.conf/x", ""),
        ],
    );
    let seen = look(dir.path());
    assert_eq!(value(&seen, "sshd", "maxauthtries"), Value::Int(3));
    assert_eq!(code(&value(&seen, "sshd", "permitrootlogin")), "wrong-kind");
    assert_eq!(code(&value(&seen, "sshd", "x11forwarding")), "wrong-kind");
}

#[test]
fn lines_that_others_override_are_shadowed() {
    let dir = root(
        &["openssh-server 1:9.2p1-2"],
        &[(
            "/etc/ssh/sshd_config",
            "PermitRootLogin no\nPermitRootLogin yes\n",
        )],
    );
    let seen = look(dir.path());
    let sshd = subject(&seen, "sshd");
    assert_eq!(
        sshd.facts["permitrootlogin"].place.as_ref().map(|p| p.line),
        Some(1)
    );
    let shadowed: Vec<u32> = sshd
        .other
        .iter()
        .filter(|f| &*f.path == "permitrootlogin")
        .filter_map(|f| f.place.as_ref())
        .map(|p| p.line)
        .collect();
    assert_eq!(shadowed, [2]);
}

#[test]
fn the_last_kernel_setting_counts() {
    let dir = root(
        &["systemd"],
        &[
            (
                "/usr/lib/sysctl.d/50-x.conf",
                "kernel.kptr_restrict=2\nkernel.dmesg_restrict=1\n",
            ),
            ("/etc/sysctl.d/50-x.conf", "kernel.kptr_restrict=1\n"),
            (
                "/run/sysctl.d/60-y.conf",
                "-net/ipv4/conf/all/rp_filter = 1\n",
            ),
            ("/etc/sysctl.conf", "kernel.randomize_va_space=0\n"),
        ],
    );
    let seen = look(dir.path());
    assert_eq!(
        value(&seen, "sysctl", "kernel.kptr_restrict"),
        Value::Int(1)
    );
    assert_eq!(
        code(&value(&seen, "sysctl", "kernel.dmesg_restrict")),
        "ambiguous"
    );
    assert_eq!(
        value(&seen, "sysctl", "net.ipv4.conf.all.rp_filter"),
        Value::Int(1)
    );
    assert_eq!(
        value(&seen, "sysctl", "kernel.randomize_va_space"),
        Value::Int(0)
    );
}

#[test]
fn how_long_logs_are_kept() {
    let journal = |conf: &str| {
        let dir = root(
            &["systemd"],
            &[
                ("/etc/systemd/journald.conf", conf),
                ("/var/log/journal/x/system.journal", ""),
            ],
        );
        value(&look(dir.path()), "logging", "retention.days")
    };
    assert_eq!(
        journal("[Journal]\nMaxRetentionSec=1year\nSystemMaxUse=20G\n"),
        Value::Int(365)
    );
    // Its own limit of room may delete them long before.
    assert_eq!(
        code(&journal("[Journal]\nMaxRetentionSec=1year\n")),
        "bounded-by-size"
    );
    assert_eq!(journal("[Journal]\nStorage=volatile\n"), Value::Int(0));
    assert_eq!(journal("[Journal]\nStorage=none\n"), Value::Int(0));
    assert_eq!(code(&journal("[Journal]\n")), "bounded-by-size");
    let files = |rotate: &str| {
        let dir = root(
            &["rsyslog", "logrotate"],
            &[
                (
                    "/etc/systemd/system/multi-user.target.wants/rsyslog.service",
                    "",
                ),
                (
                    "/etc/rsyslog.conf",
                    "auth,authpriv.* /var/log/auth.log\n*.*;auth,authpriv.none /var/log/syslog\n",
                ),
                (
                    "/etc/logrotate.conf",
                    "weekly\nrotate 4\ninclude /etc/logrotate.d\n",
                ),
                ("/etc/logrotate.d/rsyslog", rotate),
            ],
        );
        value(&look(dir.path()), "logging", "retention.days")
    };
    assert_eq!(
        files("/var/log/syslog\n/var/log/auth.log\n{\n rotate 52\n}\n"),
        Value::Int(364)
    );
    assert_eq!(
        files("/var/log/*.log {\n daily\n rotate 400\n maxage 30\n}\n"),
        Value::Int(30)
    );
    assert_eq!(
        code(&files(
            "/var/log/syslog /var/log/auth.log {\n size 10M\n rotate 52\n}\n"
        )),
        "bounded-by-size"
    );
}

#[test]
fn removed_packages_are_not_there() {
    let dir = root(
        &["base-files"],
        &[
            ("/etc/audit/auditd.conf", "num_logs = 5\n"),
            ("/etc/rsyslog.conf", "auth.* /var/log/auth.log\n"),
        ],
    );
    let seen = look(dir.path());
    assert!(matches!(sight(&seen, "auditd"), Seen::Absent(_)));
    assert_eq!(
        value(&seen, "logging", "rsyslog.enabled"),
        Value::Bool(false)
    );
    assert_eq!(value(&seen, "logging", "retention.days"), Value::Int(0));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_in_any_file_is_survived(text in "(?s)[ \\t\\na-zA-Z0-9=\"'\\\\#@!%:,.*$/(){}\\[\\]-]{0,160}") {
        const FILES: [&str; 12] = [
            "/etc/ssh/sshd_config", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/login.defs", "/etc/pam.d/login",
            "/etc/rsyslog.conf", "/etc/logrotate.conf", "/etc/sudoers", "/etc/sysctl.conf", "/etc/nftables.conf", "/etc/profile",
        ];
        let files: Vec<(&str, &str)> = FILES.iter().map(|f| (*f, text.as_str())).collect();
        let dir = root(&["openssh-server 1:9.2p1-2", "rsyslog", "systemd", "nftables"], &files);
        let seen = look(dir.path());
        let last = u32::try_from(text.lines().count()).unwrap();
        for fact in seen.subjects.iter().flat_map(|s| s.facts.values().chain(&s.other)) {
            if let Some(place) = fact.place.as_ref().filter(|p| FILES.contains(&&*p.file)) {
                proptest::prop_assert!(place.line <= last, "{fact:?}");
            }
        }
    }
}

#[test]
fn every_fact_stands_in_the_vocabulary() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/vocabulary");
    for seen in [sample("web-01"), sample("sort-01"), sample("office-01")] {
        for sight in &seen.sights {
            assert!(
                rules.join(format!("{}.yaml", sight.kind)).exists(),
                "{}",
                sight.kind
            );
        }
        for subject in &seen.subjects {
            let words = fs::read_to_string(rules.join(format!("{}.yaml", subject.kind))).unwrap();
            let open = words.contains("\nopen: true\n");
            for fact in subject.facts.values() {
                let there = words.contains(&format!("\n  {}:", fact.path));
                assert!(open || there, "{}.{}", subject.kind, fact.path);
                if let Value::List(list) = &fact.value {
                    for item in &list.items {
                        let Value::Map(map) = item else { continue };
                        for (key, _) in map.iter() {
                            assert!(
                                words.contains(&format!("\n      {key}:")),
                                "{}.{}.{key}",
                                subject.kind,
                                fact.path
                            );
                        }
                    }
                }
            }
        }
    }
}

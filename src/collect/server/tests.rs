use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::collect::{Context, RootFolder, server};
use crate::model::{Collected, Seen, Subject, Value};

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
    match value {
        Value::Unseen(why) => why.code,
        other => panic!("seen: {other:?}"),
    }
}

#[test]
#[ignore = "shows what is seen of the root named by CAPDO_ROOT"]
fn shows() {
    let seen = look(Path::new(&std::env::var("CAPDO_ROOT").unwrap()));
    for s in &seen.sights {
        println!("{:?}", s);
    }
    for s in &seen.subjects {
        for f in s.facts.values().chain(&s.other) {
            let shown: String = f.value.shown().chars().take(160).collect();
            println!(
                "{} {} = {shown} ({:?}) {:?}",
                s.id,
                f.path,
                f.origin,
                f.place.as_ref().map(|p| format!("{}:{}", p.file, p.line))
            );
        }
    }
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
        let Some(fact) = ours.facts.get(&key) else {
            continue;
        };
        let mine = match &fact.value {
            Value::List(list) => list.items.iter().map(Value::shown).collect(),
            other => vec![other.shown()],
        };
        assert_eq!(mine, values, "{key} of {} in\n{config}", ours.id);
        compared += 1;
    }
    assert!(compared > 55, "only {compared} directives compared");
}

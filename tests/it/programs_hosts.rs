//! What the readers of configurations say, beside what the programs of a host say of the same files: Postfix (`postconf`),
//! HAProxy (its statistics, and handshakes), logrotate (`-d`), chronyd (`-p`), sysctl (`--dry-run`), nft (rules that are
//! loaded into a network of their own). Where a program is missing its test is left out, and says so.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use capdo::parse::haproxy::{Answers, Environment, parse};

use crate::programs::{Ended, all_facts, copy_of, facts, program, words};

fn said(command: &mut Command) -> String {
    let out = command.stdin(Stdio::null()).output().unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    )
}

#[test]
fn postfix_says_the_same() {
    let (Some(postconf), Some(dir)) = (program("postconf"), copy_of("/etc/postfix")) else {
        return;
    };
    let folder = dir.path().join("postfix");
    let more = "\nmyhostname = thu.example.vn\nmydomain = example.vn\nmynetworks = 127.0.0.0/8,\n  # kho\n\n\t10.1.0.0/16\nsmtpd_banner = $myhostname\nsmtpd_banner = ${myhostname} ESMTP ${none?x}${none:kho}\nsmtpd_tls_security_level=encrypt\nsmtpd_recipient_restrictions = ${{$compatibility_level} <level {2} ? {permit} : {reject_unauth_destination}}\n";
    let main = folder.join("main.cf");
    let text = fs::read_to_string(&main).unwrap_or_default();
    fs::write(&main, format!("{text}{more}")).unwrap();
    let master = folder.join("master.cf");
    let text = fs::read_to_string(&master).unwrap();
    fs::write(
        &master,
        format!("{text}\nsubmission inet n - y - 7 smtpd\n  -o smtpd_tls_security_level=may\n  -o {{ smtpd_client_restrictions = permit_sasl_authenticated, reject }}\n"),
    )
    .unwrap();
    let ask = |more: &[&str]| {
        let out = Command::new(&postconf)
            .arg("-c")
            .arg(&folder)
            .args(more)
            .output()
            .unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let pairs = |text: &str| -> BTreeMap<String, String> {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect()
    };
    let ours = facts(&folder, "postfix");
    let mut compared = 0;
    let theirs = pairs(&ask(&[]));
    assert!(theirs.len() > 800, "the program's own list was read");
    for (name, theirs) in &theirs {
        // What it takes from the host, from where it lies and from its version.
        let own = [
            "config_directory",
            "mail_version",
            "process_id",
            "process_name",
        ];
        if own.contains(&name.as_str()) {
            continue;
        }
        let Some((value, _)) = ours.get(name) else {
            // Another version has more of them.
            continue;
        };
        assert_eq!(words(value), *theirs, "{name}");
        compared += 1;
    }
    let mut expanded = 0;
    let whole = pairs(&ask(&["-x"]));
    for (name, (value, _)) in &ours {
        let Some(name) = name.strip_suffix(".expanded") else {
            continue;
        };
        if let Some(theirs) = whole.get(name) {
            assert_eq!(words(value), *theirs, "{name}");
            expanded += 1;
        }
    }
    let mut overridden = 0;
    for (path, theirs) in pairs(&ask(&["-P"])) {
        let mut parts = path.splitn(3, '/');
        let (Some(service), Some(kind), Some(name)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let of = facts(&folder, &format!("postfix.service[{service}/{kind}]"));
        assert_eq!(words(&of[name].0), theirs, "{path}");
        overridden += 1;
    }
    println!("Postfix: {compared} values, {expanded} put together, {overridden} overridden alike");
    assert!(compared >= 800, "{compared}");
    assert!(expanded >= 3 && overridden >= 2, "{expanded} {overridden}");
    let submission = facts(&folder, "postfix.service[submission/inet]");
    assert_eq!(words(&submission["tls_level"].0), "may");
    assert_eq!(words(&submission["maxproc"].0), "7");
}

#[test]
fn haproxy_says_the_same() {
    let (Some(server), Some(openssl)) = (program("haproxy"), program("openssl")) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path().display().to_string();
    let made = Command::new(&openssl)
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=kho.example.vn", "-keyout"])
        .arg(dir.path().join("key"))
        .arg("-out")
        .arg(dir.path().join("crt"))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    let key = fs::read_to_string(dir.path().join("key")).unwrap();
    let crt = fs::read_to_string(dir.path().join("crt")).unwrap();
    fs::write(dir.path().join("pem"), crt + &key).unwrap();
    let tls = [
        ("a", ""),
        ("b", "ssl-min-ver TLSv1.0"),
        ("c", "ssl-min-ver TLSv1.0 no-tlsv11"),
        ("d", "ssl-max-ver TLSv1.1"),
        ("e", "force-tlsv12"),
        ("f", "no-tlsv13"),
        ("g", "no-tlsv11 ssl-max-ver TLSv1.2"),
        ("h", "force-tlsv11"),
    ];
    let mut text = format!(
        "global\n  maxconn 500\n  setenv SO_LUONG 41\n  stats socket {here}/steer mode 600\n  ssl-default-bind-ciphers DEFAULT@SECLEVEL=0\ndefaults chung\n  mode http\n  maxconn 77\n  balance leastconn\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s\ndefaults khac from chung\n  mode tcp\n  balance source\nfrontend mot from chung\n  bind unix@{here}/mot\n  default_backend ba\nfrontend hai\n  bind unix@{here}/hai\n  maxconn \"${{SO_LUONG}}\"\n  default_backend bon\nbackend ba from chung\n  server s 127.0.0.1:1\nbackend bon\n  balance roundrobin\n  balance first\n  server s 127.0.0.1:1\nlisten nam from chung\n  mode tcp\n  mode http\n  bind unix@{here}/nam\n  server s 127.0.0.1:1\n"
    );
    text.push_str("frontend tls from chung\n  default_backend ba\n");
    for (name, words) in tls {
        text.push_str(&format!(
            "  bind unix@{here}/tls-{name} ssl crt {here}/pem {words}\n"
        ));
    }
    fs::write(dir.path().join("haproxy.cfg"), text).unwrap();
    let child = Command::new(server)
        .args(["-db", "-f"])
        .arg(dir.path().join("haproxy.cfg"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ended = Ended(child);
    let rows = asked(&dir.path().join("steer"), "show stat\n");
    let mut lines = rows.lines();
    let head: Vec<&str> = lines
        .next()
        .unwrap()
        .trim_start_matches("# ")
        .split(',')
        .collect();
    let mut compared = 0;
    for row in lines.filter(|row| !row.is_empty()) {
        let row: BTreeMap<&str, &str> = head.iter().copied().zip(row.split(',')).collect();
        let kind = match row["svname"] {
            "FRONTEND" => "frontend",
            "BACKEND" => "backend",
            _ => continue,
        };
        let name = row["pxname"];
        let kind = if name == "nam" { "listen" } else { kind };
        let of = facts(dir.path(), &format!("haproxy.{kind}[{name}]"));
        assert_eq!(words(&of["mode"].0), row["mode"], "{name}");
        compared += 1;
        if row["svname"] == "FRONTEND" {
            assert_eq!(words(&of["maxconn"].0), row["slim"], "{name}");
            compared += 1;
        } else {
            assert_eq!(words(&of["balance"].0), row["algo"], "{name}");
            compared += 1;
        }
    }
    let told = asked(&dir.path().join("steer"), "show info\n");
    assert!(told.contains("Maxconn: 500\n"));
    assert_eq!(words(&facts(dir.path(), "haproxy")["maxconn"].0), "500");
    // Which versions shake hands.
    for (name, _) in tls {
        let id = format!("haproxy.frontend[tls].bind[unix@{here}/tls-{name}]");
        let versions = facts(dir.path(), &id)["versions"].0.clone();
        for (flag, version) in [
            ("-tls1", "TLSv1.0"),
            ("-tls1_1", "TLSv1.1"),
            ("-tls1_2", "TLSv1.2"),
            ("-tls1_3", "TLSv1.3"),
        ] {
            let answer = said(
                Command::new(&openssl)
                    .args(["s_client", "-unix"])
                    .arg(dir.path().join(format!("tls-{name}")))
                    .args([flag, "-cipher", "DEFAULT@SECLEVEL=0"]),
            );
            let shook = answer.contains("BEGIN CERTIFICATE");
            let ours = versions.as_array().unwrap().iter().any(|v| v == version);
            assert_eq!(ours, shook, "{name} {version}: {versions}\n{answer}");
            compared += 1;
        }
    }
    println!("HAProxy: {compared} values alike");
    assert!(compared >= 30, "{compared}");
}

/// The answer of HAProxy at its socket, once it listens.
/// Conditions that a file decides by itself, with quotes and variables as HAProxy takes them out.
#[test]
fn haproxy_decides_the_same() {
    let Some(server) = program("haproxy") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("haproxy.cfg");
    for condition in CONDITIONS {
        let text = format!(
            "global\n  setenv B b1\n  setenv C \"x y\"\n  unsetenv GONE\n.if {condition}\n.notice YES\n  description YES\n.else\n.notice NO\n  description NO\n.endif\n"
        );
        fs::write(&path, &text).unwrap();
        let said = said(
            Command::new(&server)
                .env_clear()
                .args(["-c", "-f"])
                .arg(&path),
        );
        let theirs = ["YES", "NO"]
            .into_iter()
            .find(|word| said.contains(&format!("'{word}'")));
        let mut answers = Answers::default();
        let file = parse(&text, &mut Environment::default(), &mut answers);
        assert_eq!(
            answers.asked.is_empty(),
            theirs.is_some(),
            "{condition}: {said}"
        );
        let lines = &file.sections[0].lines;
        let ours = lines.last().filter(|_| file.problems.is_empty());
        let ours = ours.map(|line| line.words[1].as_str());
        assert_eq!(ours, theirs, "{condition}: {said}");
    }
}

const CONDITIONS: [&str; 37] = [
    "",
    "1",
    "-1",
    "0x0",
    "010",
    "08",
    "1x",
    "1 foo",
    "true",
    "((1))",
    "(1 && 0) || ! (0)",
    "0 && nonsense(1)",
    "1 || nonsense",
    "!!1",
    "1 && \\ 1",
    "defined(B)&&1",
    "defined(B) &&",
    "defined(B)extra",
    "(defined(B)",
    "defined(GONE)",
    "defined",
    "defined()",
    "defined B",
    "streq($B,b1)",
    "streq(\"$B\",b1)",
    "streq('$B',b1)",
    "streq(\"${B-own}\",b1) # remark",
    "streq(\"${GONE-own}\",own)",
    "streq(\"$GONE\",)",
    "streq(\"$C\",x y)",
    "streq(a, a)",
    "streq(a b,\"a b\")",
    "streq('\"a,b\"','\"a,b\"')",
    "streq(a)",
    "streq(a,b,c)",
    "strneq(\"$B\",b2) && version_atleast(2.4)",
    "version_before(2.3)",
];

fn asked(socket: &Path, question: &str) -> String {
    let began = Instant::now();
    loop {
        if let Ok(mut stream) = UnixStream::connect(socket) {
            stream.write_all(question.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "HAProxy answers");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn logrotate_says_the_same() {
    let (Some(logrotate), Some(dir)) = (program("logrotate"), copy_of("/etc/logrotate.d")) else {
        return;
    };
    let parts = dir.path().join("logrotate.d");
    let own = "/var/log/capdo-a.log {\n rotate 9\n}\n/var/log/capdo-b.log\n/var/log/capdo-c.log {\n monthly\n rotate 3\n}\n/var/log/capdo-d.log {\n yearly\n}\n";
    fs::write(parts.join("capdo"), own).unwrap();
    // What stands outside in one file holds in the next.
    fs::write(parts.join("capdo-m"), "rotate 11\n").unwrap();
    fs::write(parts.join("capdo-n"), "/var/log/capdo-n.log {\n daily\n}\n").unwrap();
    let main = dir.path().join("logrotate.conf");
    let text = format!(
        "weekly\nrotate 4\ncreate\ninclude {}\nrotate 6\n/var/log/capdo-z.log {{\n missingok\n}}\n",
        parts.display()
    );
    fs::write(&main, text).unwrap();
    let answer = said(
        Command::new(logrotate)
            .args(["-d", "-s"])
            .arg(dir.path().join("state"))
            .arg(&main),
    );
    let ours = all_facts(dir.path());
    let of = |subject: &str, path: &str| {
        let found = ours.get(&(subject.to_owned(), path.to_owned()));
        found.map(words).unwrap_or_default()
    };
    let mut compared = 0;
    for line in answer.lines() {
        let Some(rest) = line.strip_prefix("rotating pattern: ") else {
            continue;
        };
        let Some((files, rule)) = rest.split_once("  ") else {
            continue;
        };
        let first = files.split_whitespace().next().unwrap();
        let subject = format!("logrotate[{first}]");
        let (period, count) = rule.split_once(" (").unwrap();
        let period = match period.trim() {
            "after 1 days" => "daily",
            other => other,
        };
        let count = count.split_whitespace().next().unwrap();
        if period.contains("bytes") {
            continue;
        }
        assert_eq!(of(&subject, "frequency"), period, "{first}");
        let rotate = of(&subject, "rotate");
        assert_eq!(rotate, count.replace("no", "0"), "{first}");
        compared += 2;
    }
    println!("logrotate: {compared} values alike");
    assert!(compared >= 12, "{compared}:\n{answer}");
    assert_eq!(of("logrotate[/var/log/capdo-n.log]", "rotate"), "11");
    assert_eq!(of("logrotate[/var/log/capdo-z.log]", "rotate"), "6");
}

#[test]
fn chronyd_says_the_same() {
    let (Some(chronyd), Some(dir)) = (program("chronyd"), copy_of("/etc/chrony")) else {
        return;
    };
    let folder = dir.path().join("chrony");
    let main = folder.join("chrony.conf");
    // The package names its folders by their real places: here they are these.
    let text = fs::read_to_string(&main)
        .unwrap()
        .replace("/etc/chrony/", &format!("{}/", folder.display()));
    fs::write(
        &main,
        format!("{text}\nmaxupdateskew 50\nallow 10.0.0.0/8\n"),
    )
    .unwrap();
    fs::create_dir_all(folder.join("conf.d")).unwrap();
    fs::write(
        folder.join("conf.d/10-kho.conf"),
        "! kho\nserver 10.0.0.5 iburst nts\nlog tracking measurements\n",
    )
    .unwrap();
    let answer = said(Command::new(chronyd).arg("-p").arg("-f").arg(&main));
    let ours = facts(&folder, "chrony");
    let mut last: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in answer.lines() {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        last.entry(name.to_lowercase()).or_default().push(value);
    }
    let mut compared = 0;
    for (name, values) in last {
        let Some((value, _)) = ours.get(&name) else {
            panic!("{name} is not among our facts: {answer}");
        };
        match value.as_array() {
            Some(list) => {
                let list: Vec<String> = list.iter().map(words).collect();
                assert!(
                    values.iter().all(|v| list.contains(v)),
                    "{name}: {list:?} {values:?}"
                );
                compared += values.len();
            }
            None => {
                assert_eq!(Some(&words(value)), values.last(), "{name}");
                compared += 1;
            }
        }
    }
    println!("chrony: {compared} values alike");
    assert!(compared >= 12, "{compared}:\n{answer}");
}

/// Runs a script in name spaces of its own, where this machine lets us.
fn apart(flags: &str, script: &str) -> Option<String> {
    let unshare = program("unshare")?;
    let out = Command::new(unshare)
        .args([flags, "sh", "-ec", script])
        .output()
        .unwrap();
    if !out.status.success() {
        let why = String::from_utf8_lossy(&out.stderr).into_owned();
        println!("left out: a run in name spaces of its own: {}", why.trim());
        return None;
    }
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn sysctl_says_the_same() {
    let Some(sysctl) = program("sysctl") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let etc = dir.path().join("etc/sysctl.d");
    let lib = dir.path().join("usr/lib/sysctl.d");
    fs::create_dir_all(&etc).unwrap();
    fs::create_dir_all(&lib).unwrap();
    fs::write(
        lib.join("10-goi.conf"),
        "kernel.sysrq = 438\nnet.ipv4.ip_forward = 1\nvm.swappiness = 60\n",
    )
    .unwrap();
    fs::write(lib.join("50-goi.conf"), "kernel.kptr_restrict = 0\n").unwrap();
    fs::write(
        etc.join("50-goi.conf"),
        "kernel.kptr_restrict = 2\n-net/ipv4/ip_forward=0\n",
    )
    .unwrap();
    fs::write(etc.join("20-kho.conf"), "# kho\nkernel.sysrq=0\nnet.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096  87380\t6291456\n; x\n").unwrap();
    fs::write(
        etc.join("90-kho.conf"),
        "kernel.sysrq = 4\nkernel.domainname = kho\n",
    )
    .unwrap();
    fs::write(dir.path().join("etc/sysctl.conf"), "vm.swappiness = 10\n").unwrap();
    let script = format!(
        "mount --bind {etc} /etc/sysctl.d; mount --bind {lib} /usr/lib/sysctl.d; mount --bind {conf} /etc/sysctl.conf; {sysctl} --dry-run --system",
        etc = etc.display(),
        lib = lib.display(),
        conf = dir.path().join("etc/sysctl.conf").display(),
        sysctl = sysctl.display(),
    );
    if !Path::new("/etc/sysctl.conf").exists() || !Path::new("/usr/lib/sysctl.d").exists() {
        println!("left out: sysctl --system, whose folders this machine does not have");
        return;
    }
    let Some(answer) = apart("-m", &script) else {
        return;
    };
    let ours = facts(dir.path(), "sysctl");
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    for line in answer.lines().filter(|l| !l.starts_with('*')) {
        if let Some((name, value)) = line.split_once('=') {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            last.insert(name.trim().to_owned(), value);
        }
    }
    for (name, theirs) in &last {
        let (value, _) = ours.get(name).unwrap_or_else(|| panic!("{name}: {ours:?}"));
        assert_eq!(words(value), *theirs, "{name}");
    }
    println!("sysctl: {} values alike", last.len());
    // It names only what this kernel has.
    assert!(last.len() >= 4, "{answer}");
}

#[test]
fn nft_says_the_same() {
    let Some(nft) = program("nft") else {
        return;
    };
    let rules = [
        ("/etc/nftables.conf", None),
        (
            "drop",
            Some(
                "flush ruleset\ntable inet loc {\n set quan_tri { type ipv4_addr; elements = { 10.0.0.5 } }\n chain vao {\n  type filter hook input priority 0; policy drop;\n  ct state established,related accept\n  iif lo accept\n  ip saddr @quan_tri tcp dport 22 accept\n  tcp dport { 80, 443 } accept\n }\n chain ra { type filter hook output priority 0; policy accept; }\n chain qua { type filter hook forward priority 0; policy drop; }\n}\n",
            ),
        ),
        (
            "open",
            Some(
                "table ip loc {\n chain vao {\n  type filter hook input priority filter\n  tcp dport 22 accept\n }\n}\n",
            ),
        ),
    ];
    let mut compared = 0;
    for (name, text) in rules {
        let Some(text) = text
            .map(str::to_owned)
            .or_else(|| fs::read_to_string(name).ok())
        else {
            continue;
        };
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("nftables.conf");
        fs::write(&file, text).unwrap();
        let script = format!(
            "{nft} -f {file}; {nft} list ruleset",
            nft = nft.display(),
            file = file.display()
        );
        let Some(answer) = apart("-n", &script) else {
            return;
        };
        let ours = facts(dir.path(), "nftables[nftables.conf]");
        for line in answer.lines().filter(|l| l.contains(" hook ")) {
            let word = |after: &str| {
                let mut words = line.split([' ', ';']);
                words.by_ref().find(|w| *w == after);
                words.next().unwrap_or_default().to_owned()
            };
            let mine = words(&ours[&format!("{}.policy", word("hook"))].0);
            assert_eq!(mine, word("policy"), "{name}: {line}");
            compared += 1;
        }
    }
    println!("nftables: {compared} policies alike");
    assert!(compared >= 4, "{compared}");
}

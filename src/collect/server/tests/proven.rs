//! What is proven, and what only may be: each on a root made for one question.

use super::*;

const NFT_DROP: &str = "table inet filter {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n";

#[test]
fn whether_a_unit_is_on_is_proven_or_not_said() {
    let wall = |files: &[(&str, &str)], path: &str| {
        let mut all = vec![("/etc/nftables.conf", NFT_DROP)];
        all.extend(files);
        value(&look(root(&["nftables"], &all).path()), "firewall", path)
    };
    let link = "/etc/systemd/system/sysinit.target.wants/nftables.service";
    assert_eq!(code(&wall(&[], "enabled")), "ambiguous");
    assert_eq!(code(&wall(&[], "blocks_by_default")), "ambiguous");
    let state = "/var/lib/systemd/deb-systemd-helper-enabled/nftables.service.dsh-also";
    assert_eq!(code(&wall(&[(state, "")], "enabled")), "ambiguous");
    assert_eq!(wall(&[(link, "")], "blocks_by_default"), Value::Bool(true));
    let shipped = "/usr/lib/systemd/system/sysinit.target.wants/nftables.service";
    assert_eq!(wall(&[(shipped, "")], "enabled"), Value::Bool(true));
    // nftables ships switched off.
    let other = "/etc/systemd/system/multi-user.target.wants/cron.service";
    assert_eq!(wall(&[(other, "")], "enabled"), Value::Bool(false));
    // An empty file masks.
    let mask = "/etc/systemd/system/nftables.service";
    assert_eq!(
        wall(&[(link, ""), (mask, "")], "enabled"),
        Value::Bool(false)
    );

    let seen = look(
        root(
            &[
                "auditd",
                "chrony",
                "rsyslog",
                "clamav-daemon",
                "clamav-freshclam",
            ],
            &[
                ("/etc/audit/auditd.conf", ""),
                ("/etc/chrony/chrony.conf", "pool vn.pool.ntp.org\n"),
                ("/etc/rsyslog.conf", "auth.* /var/log/auth.log\n"),
            ],
        )
        .path(),
    );
    for (id, path) in [
        ("auditd", "enabled"),
        ("timesync", "enabled"),
        ("timesync", "unit_enabled"),
        ("logging", "rsyslog.enabled"),
        ("logging", "auth.logged"),
        ("antimalware", "daemon"),
        ("antimalware", "updates.automatic"),
    ] {
        assert_eq!(code(&value(&seen, id, path)), "ambiguous", "{id}.{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_switches_on() {
    let dir = root(&["nftables"], &[("/etc/nftables.conf", NFT_DROP)]);
    let wants = dir.path().join("etc/systemd/system/sysinit.target.wants");
    fs::create_dir_all(&wants).unwrap();
    std::os::unix::fs::symlink(
        "/lib/systemd/system/nftables.service",
        wants.join("nftables.service"),
    )
    .unwrap();
    assert_eq!(
        value(&look(dir.path()), "firewall", "enabled"),
        Value::Bool(true)
    );
    // A mask, or an alias: nobody can tell.
    std::os::unix::fs::symlink("/dev/null", wants.join("../nftables.service")).unwrap();
    assert_eq!(
        code(&value(&look(dir.path()), "firewall", "enabled")),
        "ambiguous"
    );
    write(
        dir.path(),
        "/lib/systemd/system/nftables.service",
        "[Unit]\n",
    );
    assert_eq!(
        value(&look(dir.path()), "firewall", "enabled"),
        Value::Bool(false)
    );
}

#[test]
fn what_a_firewall_lets_in() {
    let link = "/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service";
    let drop = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
    let open = "*filter\n:INPUT DROP [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n";
    let saved = |four: &str, six: Option<&str>| {
        let mut files = vec![(link, ""), ("/etc/iptables/rules.v4", four)];
        files.extend(six.map(|six| ("/etc/iptables/rules.v6", six)));
        value(
            &look(root(&["iptables-persistent"], &files).path()),
            "firewall",
            "blocks_by_default",
        )
    };
    assert_eq!(saved(drop, Some(drop)), Value::Bool(true));
    assert_eq!(saved(open, Some(drop)), Value::Bool(false));
    assert_eq!(saved(drop, Some(open)), Value::Bool(false));
    assert_eq!(code(&saved(drop, None)), "ambiguous");

    let nft = |files: &[(&str, &str)]| {
        let mut all = vec![(
            "/etc/systemd/system/sysinit.target.wants/nftables.service",
            "",
        )];
        all.extend(files);
        value(
            &look(root(&["nftables"], &all).path()),
            "firewall",
            "blocks_by_default",
        )
    };
    let conf = "/etc/nftables.conf";
    assert_eq!(
        nft(&[(
            conf,
            "table inet f { chain input { type filter hook input priority 0; policy accept; } chain x { policy drop; drop; } }"
        )]),
        Value::Bool(false)
    );
    let more = format!("{NFT_DROP}include \"/etc/nftables.d/*.nft\"\n");
    assert_eq!(nft(&[(conf, &more)]), Value::Bool(true));
    assert_eq!(
        nft(&[
            (conf, &more),
            (
                "/etc/nftables.d/a.nft",
                "table inet g { chain c { type filter hook input priority 1; policy accept; } }"
            )
        ]),
        Value::Bool(true)
    );
    assert_eq!(
        code(&nft(&[
            (conf, &more),
            (
                "/etc/nftables.d/a.nft",
                "add rule inet filter input accept\n"
            )
        ])),
        "not-parsed"
    );
    assert_eq!(
        code(&nft(&[(
            conf,
            "table ip f { chain i { type filter hook input priority 0; policy drop; } }"
        )])),
        "ambiguous"
    );
}

#[test]
fn an_installed_agent_does_not_yet_send_logs() {
    let remote = |packages: &[&str], files: &[(&str, &str)]| {
        value(
            &look(root(packages, files).path()),
            "logging",
            "remote.enabled",
        )
    };
    assert_eq!(code(&remote(&["filebeat"], &[])), "not-parsed");
    assert_eq!(remote(&["base-files"], &[]), Value::Bool(false));
    let link = (
        "/etc/systemd/system/multi-user.target.wants/rsyslog.service",
        "",
    );
    let conf = ("/etc/rsyslog.conf", "*.* @@log.example.vn:6514\n");
    assert_eq!(remote(&["rsyslog"], &[conf, link]), Value::Bool(true));
    assert_eq!(code(&remote(&["rsyslog"], &[conf])), "ambiguous");
}

#[test]
fn unreadable_lines_of_accounts_leave_their_lists_open() {
    let lists = [
        "uid0",
        "duplicate_uids",
        "duplicate_names",
        "empty_passwords",
    ];
    let open = |passwd: &str, shadow: &str| -> Vec<&str> {
        let dir = root(
            &["passwd"],
            &[("/etc/passwd", passwd), ("/etc/shadow", shadow)],
        );
        let seen = look(dir.path());
        let open = |p: &&&str| matches!(value(&seen, "accounts", p), Value::List(l) if !l.complete);
        lists.iter().filter(open).copied().collect()
    };
    let (passwd, shadow) = ("root:x:0:0::/root:/bin/sh\n", "root:*:19000:0:9:7:::\n");
    assert!(open(passwd, shadow).is_empty());
    assert_eq!(
        open(&format!("{passwd}x:x:zero:0::/:/bin/sh\n"), shadow),
        lists
    );
    assert_eq!(open(passwd, "root:*\n"), ["empty_passwords"]);
}

#[test]
fn aliases_of_sudo_are_resolved() {
    let rules = |text: &str| {
        let seen = look(root(&["sudo"], &[("/etc/sudoers", text)]).path());
        let Value::List(list) = value(&seen, "sudo", "rules") else {
            panic!("no list");
        };
        let shown: Vec<String> = list.items.iter().map(Value::shown).collect();
        (list.complete, shown)
    };
    let (complete, shown) = rules(
        "OPS, lan ALL = NOPASSWD: TOOLS\nUser_Alias OPS = %ops, ALL\nCmnd_Alias TOOLS = SHELLS, /bin/ls\nCmnd_Alias SHELLS = ALL\n",
    );
    assert!(complete);
    assert_eq!(shown.len(), 3);
    assert!(
        shown
            .iter()
            .all(|r| r.contains("all: true") && r.contains("nopasswd: true"))
    );
    assert!(shown[0].contains("group: true") && shown[1].contains("everyone: true"));
    assert!(!rules("NOBODY_KNOWS ALL = ALL\n").0);
    assert!(!rules("lan ALL = NOWHERE\n").0);
    assert!(!rules("lan ALL\n").0);
}

#[test]
fn ports_of_listen_addresses_count() {
    let ports = |text: &str| {
        let dir = root(
            &["openssh-server 1:9.2p1-2"],
            &[("/etc/ssh/sshd_config", text)],
        );
        value(&look(dir.path()), "sshd", "port").shown()
    };
    assert_eq!(ports("ListenAddress 0.0.0.0:2222\n"), "[2222]");
    assert_eq!(
        ports("Port 2200\nListenAddress [::]:23\nListenAddress 10.0.0.1\n"),
        "[23, 2200]"
    );
    assert_eq!(ports("ListenAddress fe80::1\n"), "[22]");
}

#[test]
fn logins_without_asking_in_drop_ins() {
    let autologin = |file: &str, text: &str| {
        let dir = root(&["systemd"], &[(file, text)]);
        value(&look(dir.path()), "session", "autologin")
    };
    let getty = "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin kho %I\n";
    let seat = "[Seat:*]\nautologin-user=kho\n";
    for (file, text) in [
        ("/usr/lib/systemd/system/getty@tty1.service.d/a.conf", getty),
        ("/lib/systemd/system/getty@.service.d/a.conf", getty),
        ("/etc/lightdm/lightdm.conf.d/50-kho.conf", seat),
        ("/usr/share/lightdm/lightdm.conf.d/50-kho.conf", seat),
    ] {
        assert_eq!(autologin(file, text), Value::Bool(true), "{file}");
    }
    assert_eq!(
        autologin("/etc/lightdm/lightdm.conf.d/a.conf", "[Seat:*]\n"),
        Value::Bool(false)
    );
}

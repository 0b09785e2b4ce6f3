//! What the readers of configurations say, beside what programs say of the same files: RabbitMQ (its own schema, without a
//! node), augenrules (how it puts rules together), iptables (`iptables-restore-translate`, read again as nftables). Where a
//! program is missing its test is left out, and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::programs::{facts, program, words};

/// The folder of RabbitMQ's own programs.
fn rabbitmq() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib/rabbitmq/lib").ok()?;
    let mut found = folders.flatten().map(|e| e.path().join("plugins"));
    let plugins = found.find(|path| path.is_dir());
    if plugins.is_none() {
        println!("left out: configuration against RabbitMQ, which is not installed");
    }
    plugins
}

/// What RabbitMQ makes of a file: `name value` a line, in terms of Erlang.
fn asked(erl: &Path, plugins: &Path, conf: &Path) -> Vec<(String, String)> {
    let script = r#"
      [Plugins, Conf] = init:get_plain_arguments(),
      Files = filelib:wildcard(Plugins ++ "/*/priv/schema/*.schema"),
      Apps = cuttlefish_generator:map(cuttlefish_schema:files(Files), cuttlefish_conf:file(Conf)),
      application:load(rabbit),
      Own = lists:ukeysort(1, application:get_all_env(rabbit)),
      Set = lists:ukeysort(1, proplists:get_value(rabbit, Apps, [])),
      All = lists:ukeymerge(1, Set, Own),
      [io:format("~s ~0p~n", [K, proplists:get_value(K, All)]) || K <- [tcp_listeners, ssl_listeners,
        loopback_users, default_user, auth_mechanisms, heartbeat, channel_max, connection_max, ssl_options]],
      Mqtt = proplists:get_value(rabbitmq_mqtt, Apps, []),
      io:format("mqtt ~0p~n", [proplists:get_value(tcp_listeners, Mqtt, [])]),
      halt()."#;
    let mut command = Command::new(erl);
    command.args(["-noinput", "-boot", "start_clean"]);
    for plugin in fs::read_dir(plugins).unwrap().flatten() {
        command.arg("-pa").arg(plugin.path().join("ebin"));
    }
    let said = command
        .args(["-eval", script, "-extra"])
        .args([plugins, conf])
        .output()
        .unwrap();
    String::from_utf8_lossy(&said.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn rabbitmq_says_the_same() {
    let (Some(erl), Some(plugins)) = (program("erl"), rabbitmq()) else {
        return;
    };
    let mut compared = 0;
    for text in [
        "heartbeat = 30\n",
        "listeners.tcp.default = 5672\nlisteners.tcp = none\nlisteners.ssl.1 = 5671\nloopback_users = none\nloopback_users.guest = true\nconnection_max = 5\nconnection_max = 600 # x\n",
        "listeners.tcp.1 = 127.0.0.1:5672\nlisteners.tcp.2 = 0.0.0.0:5673\nloopback_users.monitor = true\nmqtt.listeners.tcp.default = 1883\nauth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = ANONYMOUS\ndefault_user = kho\n",
        "loopback_users.guest = false\nssl_options.versions.1 = tlsv1.2\nssl_options.versions.2 = tlsv1.1\nssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = true\nchannel_max = 100\n",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let conf = dir.path().join("rabbitmq.conf");
        fs::write(&conf, text).unwrap();
        let said = asked(&erl, &plugins, &conf);
        let of = |name: &str| {
            let found = said.iter().find(|(n, _)| n == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert!(
            !of("tcp_listeners").is_empty(),
            "{text}: the program answered"
        );
        let ours = facts(dir.path(), "rabbitmq");
        let ours = |name: &str| {
            ours.get(name)
                .map(|(v, _)| v.clone())
                .unwrap_or(Value::Null)
        };
        let flag = |name: &str| ours(name).as_bool();
        // Its list of listeners for others is empty where ours is.
        let plain = [of("tcp_listeners"), of("mqtt")].iter().any(|l| {
            l.replace("{\"127.0.0.1\",5672}", "")
                .chars()
                .any(|c| c.is_ascii_digit())
        });
        let listed = ours("plain_listeners").as_array().map(|l| !l.is_empty());
        assert_eq!(listed, Some(plain), "{text}: {said:?}");
        assert_eq!(flag("tls_on"), Some(of("ssl_listeners") != "[]"), "{text}");
        assert_eq!(
            flag("guest_remote"),
            Some(!of("loopback_users").contains("guest")),
            "{text}: {said:?}"
        );
        assert_eq!(
            flag("anonymous"),
            Some(of("auth_mechanisms").contains("ANONYMOUS")),
            "{text}"
        );
        let ssl = of("ssl_options");
        assert_eq!(
            ours("weak_tls").as_array().map(|l| !l.is_empty()),
            Some(ssl.contains("'tlsv1.1'")),
            "{text}"
        );
        assert_eq!(
            flag("clients_verified"),
            Some(ssl.contains("verify_peer") && ssl.contains("{fail_if_no_peer_cert,true}")),
            "{text}"
        );
        for (path, name) in [
            ("heartbeat_seconds", "heartbeat"),
            ("channels", "channel_max"),
            ("connections", "connection_max"),
        ] {
            let own = words(&ours(path)).replace('0', "");
            let said = of(name).replace("infinity", "").replace('0', "");
            assert_eq!(own, said, "{text}: {path}");
        }
        let user = format!("<<\"{}\">>", words(&ours("default_user")));
        assert_eq!(user, of("default_user"), "{text}");
        compared += 10;
    }
    println!("RabbitMQ: {compared} values alike");
}

#[test]
fn augenrules_says_the_same() {
    let Some(augenrules) = program("augenrules") else {
        return;
    };
    let script = fs::read_to_string(&augenrules).unwrap();
    let exec = "-a always,exit -F arch=b64 -S execve -k exec\n";
    let watches = "-w /etc/passwd -p wa\n-w /etc/shadow -p wa\n-w /etc/group -p wa\n";
    let mut compared = 0;
    for files in [
        vec![
            ("10-a.rules", format!("-e 0\n{watches}")),
            ("20-b.rules", format!("-D\n-b 8192\n{exec}-e 2\n")),
        ],
        vec![
            ("9-a.rules", format!("-e 2\n{watches}")),
            ("10-b.rules", format!("{exec}-e 1\n")),
        ],
        vec![
            (
                "9-never.rules",
                "-a never,exit -F arch=b64 -S execve\n".to_owned(),
            ),
            ("10-a.rules", exec.to_owned()),
        ],
        vec![
            ("a.rules", format!("# x\n\n{exec}")),
            ("z.rules.off", "-e 2\n".to_owned()),
        ],
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (apart, whole) = (
            dir.path().join("apart/etc/audit"),
            dir.path().join("whole/etc/audit"),
        );
        fs::create_dir_all(apart.join("rules.d")).unwrap();
        fs::create_dir_all(&whole).unwrap();
        for (name, text) in &files {
            fs::write(apart.join("rules.d").join(name), text).unwrap();
        }
        // The same program, told of other folders.
        let own = script
            .replace(
                "/etc/audit/audit.rules",
                whole.join("audit.rules").to_str().unwrap(),
            )
            .replace(
                "/etc/audit/rules.d",
                apart.join("rules.d").to_str().unwrap(),
            );
        let path = dir.path().join("augenrules");
        fs::write(&path, own).unwrap();
        Command::new("bash").arg(&path).output().unwrap();
        let made = fs::read_to_string(whole.join("audit.rules")).unwrap();
        assert!(made.contains("-a ") || made.contains("-w "), "{made}");
        let (ours, theirs) = (
            facts(&dir.path().join("apart"), "auditd"),
            facts(&dir.path().join("whole"), "auditd"),
        );
        assert!(ours.len() > 15, "{:?}", ours.keys());
        for (name, (value, _)) in &ours {
            if name.starts_with("rules.") || name == "immutable" || name == "watches" {
                let other = theirs.get(name).map(|(v, _)| v);
                // It writes some lines anew, so only their number may differ.
                if name != "rules.count" {
                    assert_eq!(Some(value), other, "{name}: {made}");
                    compared += 1;
                }
            }
        }
    }
    println!("auditd: {compared} values alike");
}

#[test]
fn iptables_says_the_same() {
    let Some(translate) = program("iptables-restore-translate") else {
        return;
    };
    let start = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    let loose = start.replace("INPUT DROP", "INPUT ACCEPT");
    let mut compared = 0;
    for rules in [
        format!(
            "{start}:LOGD - [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 22,5432 -j ACCEPT\n-A INPUT -j LOGD\n-A LOGD -m limit --limit 5/min -j LOG --log-prefix \"denied \"\n-A LOGD -j DROP\n"
        ),
        format!(
            "{start}-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 8000:9000 -j ACCEPT\n"
        ),
        format!("{loose}-A INPUT -p tcp -m tcp --dport 3306 -j DROP\n"),
        format!(
            "{start}:WEB - [0:0]\n-A INPUT -j WEB\n-A WEB -p tcp -m tcp --dport 80 -j ACCEPT\n-A WEB -s 192.168.0.0/16 -j ACCEPT\n"
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        fs::create_dir_all(&one).unwrap();
        fs::create_dir_all(&two).unwrap();
        let saved = one.join("rules.v4");
        fs::write(&saved, format!("{rules}COMMIT\n")).unwrap();
        let said = Command::new(&translate)
            .arg("-f")
            .arg(&saved)
            .output()
            .unwrap();
        fs::write(two.join("nftables.conf"), &said.stdout).unwrap();
        let ours = facts(&one, "iptables[rules.v4]");
        let theirs = facts(&two, "nftables[nftables.conf]");
        assert!(ours.len() > 8, "{:?}", ours.keys());
        for name in [
            "open.ports",
            "open.admin",
            "open.databases",
            "open.wide",
            "logs_denied",
            "output.policy",
        ] {
            let (one, two) = (&ours[name].0, &theirs[name].0);
            assert_eq!(
                one,
                two,
                "{name}: {}",
                String::from_utf8_lossy(&said.stdout)
            );
            compared += 1;
        }
    }
    println!("iptables: {compared} values alike");
}

//! HAProxy, Postfix, queues, clocks, packets, the kernel and logs, on folders as they are handed in.

use super::tests::{cx, seen, shown, subject, tree};
use super::*;
use crate::model::Origin;

fn at(subject: &Subject, path: &str) -> String {
    subject.facts[path].place.as_ref().unwrap().to_string()
}

/// The facts of a subject, each as it must be.
fn says(out: &Collected, id: &str, facts: &[(&str, &str)]) {
    let subject = subject(out, id);
    for (path, value) in facts {
        assert_eq!(shown(subject, path), *value, "{id} {path}");
    }
}

fn not_seen<'c>(out: &'c Collected, kind: &str) -> (&'c str, String) {
    match seen(out, kind) {
        Seen::Not(why) => (&why.code, why.detail.clone()),
        other @ (Seen::Whole | Seen::Absent(_)) => panic!("{kind}: {other:?}"),
    }
}

#[test]
fn haproxy_takes_values_from_the_right_defaults() {
    let dir = tree(&[
        (
            "haproxy/haproxy.cfg",
            "global\n log 10.0.0.9:514 local0\n ssl-default-bind-options ssl-min-ver TLSv1.0\n stats socket ipv4@0.0.0.0:9999 level admin\ndefaults goc\n mode http\n log global\n timeout client 1m\ndefaults\n mode tcp\n timeout client 5s\nfrontend mot from goc\n bind :80\n bind :443 ssl crt a.pem\n option httplog\n stats auth admin:Hanoi#2024\nfrontend hai\n bind 127.0.0.1:81\n no log\nuserlist nhan_vien\n user an insecure-password Hanoi#2024\n",
        ),
        (
            "haproxy/conf.d/10-sau.cfg",
            "backend sau from goc\n default-server ssl verify none\n server a 10.0.0.1:443\n server b 127.0.0.1:80 no-ssl\n server c 10.0.0.3:80 no-ssl\n stats enable\n stats admin if TRUE\n",
        ),
        (
            "khac/haproxy.cfg",
            "listen x\n mode http\n bind *:80\n bind *:443 ssl crt a\n log global\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    says(
        &out,
        "haproxy.frontend[mot]",
        &[
            ("mode", "http"),
            ("timeout client", "1m"),
            ("client_timeout_seconds", "60"),
            ("serves_plain_http", "true"),
            ("log_enabled", "true"),
            ("log_fields", "[source, destination, time, action]"),
            ("stats_enabled", "true"),
            ("stats_exposed", "false"),
            ("stats_plain", "true"),
            ("limits_connections", "false"),
        ],
    );
    assert_eq!(
        at(subject(&out, "haproxy.frontend[mot]"), "mode"),
        "c/haproxy/haproxy.cfg:6"
    );
    says(
        &out,
        "haproxy.frontend[hai]",
        &[
            ("mode", "tcp"),
            ("client_timeout_seconds", "5"),
            ("log_enabled", "false"),
        ],
    );
    says(
        &out,
        "haproxy.frontend[mot].bind[:443]",
        &[
            ("weak_protocols", "[TLSv1.0, TLSv1.1]"),
            ("ssl-min-ver", "TLSv1.0"),
        ],
    );
    let bind = subject(&out, "haproxy.frontend[mot].bind[:443]");
    assert_eq!(at(bind, "weak_protocols"), "c/haproxy/haproxy.cfg:3");
    says(
        &out,
        "haproxy.backend[sau]",
        &[
            ("mode", "http"),
            ("plain_servers", "[c]"),
            ("unverified_servers", "[a]"),
            ("stats_exposed", "true"),
            ("stats_admin_open", "true"),
        ],
    );
    let processes: Vec<&Subject> = out
        .subjects
        .iter()
        .filter(|s| &*s.kind == "haproxy")
        .collect();
    let whole = processes
        .iter()
        .find(|s| s.id.contains("haproxy/haproxy.cfg"))
        .unwrap();
    assert_eq!(shown(whole, "plain_passwords"), "[an]");
    assert_eq!(shown(whole, "open_sockets"), "[ipv4@0.0.0.0:9999]");
    assert_eq!(shown(whole, "log_targets_remote"), "[10.0.0.9:514]");
    assert_eq!(shown(whole, "drops_rights"), "false");
    // A part without its main file: what stands there is not known.
    says(
        &out,
        "haproxy.listen[x].bind[*:443]",
        &[
            ("weak_protocols", "? (include-missing)"),
            ("weak_ciphers", "? (include-missing)"),
        ],
    );
    says(
        &out,
        "haproxy.listen[x]",
        &[("log_enabled", "? (include-missing)"), ("mode", "http")],
    );
    assert!(!format!("{:?}", out.subjects).contains("Hanoi#2024"));
}

#[test]
fn haproxy_that_is_not_understood_is_told() {
    let dir = tree(&[(
        "haproxy.cfg",
        "global\n user haproxy\n.if defined(A)\n chroot /x\n.endif\nfrontend a from none\n bind :80\n",
    )]);
    let out = collect(dir.path(), "c", &cx());
    for kind in ["haproxy", "haproxy-proxy", "haproxy-bind"] {
        let (code, detail) = not_seen(&out, kind);
        assert_eq!(
            (code, detail.contains("c/haproxy.cfg:6")),
            ("not-parsed", true),
            "{detail}"
        );
    }
}

#[test]
fn postfix_puts_its_values_together() {
    let dir = tree(&[
        (
            "postfix/main.cf",
            "compatibility_level = 3.6\nkho = 203.0.0.0/16\nmynetworks = 127.0.0.0/8,\n# x\n  $kho\nsmtpd_banner = $myhostname $mail_version\nsmtpd_tls_security_level = may\nsmtpd_tls_security_level = none\nsmtpd_tls_cert_file = /a\nsmtpd_tls_protocols = !SSLv3\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = static:an:Hanoi#2024\n",
        ),
        (
            "postfix/master.cf",
            "smtp inet n - y - - smtpd\n127.0.0.1:10025 inet n - n - - smtpd\n  -o smtpd_relay_restrictions=permit\nsubmission inet n - y - - smtpd\n  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=may\nsmtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o smtpd_sasl_auth_enable=yes\n",
        ),
        (
            "chi-co/main.cf",
            "inet_interfaces = loopback-only\nnot a line\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let main = out
        .subjects
        .iter()
        .find(|s| &*s.kind == "postfix" && s.id.contains("postfix/main.cf"))
        .unwrap();
    for (path, value) in [
        ("mynetworks", "127.0.0.0/8, $kho"),
        ("mynetworks.expanded", "127.0.0.0/8, 203.0.0.0/16"),
        ("wide_networks", "[203.0.0.0/16]"),
        ("smtpd_tls_security_level", "none"),
        ("smtp_tls_level", "none"),
        ("relay_password_in_clear", "true"),
        ("smtpd_banner.expanded", "? (ambiguous)"),
        ("myhostname", "? (ambiguous)"),
        ("smtpd_tls_auth_only", "no"),
        ("queue_days", "5"),
    ] {
        assert_eq!(shown(main, path), value, "{path}");
    }
    assert_eq!(at(main, "mynetworks"), "c/postfix/main.cf:3");
    assert_eq!(main.facts["smtpd_tls_auth_only"].origin, Origin::Default);
    assert!(
        main.other
            .iter()
            .any(|f| &*f.path == "smtpd_tls_security_level")
    );
    says(
        &out,
        "postfix.service[submission/inet]",
        &[
            ("tls_level", "may"),
            ("weak_protocols", "[TLSv1, TLSv1.1]"),
            ("auth_in_clear", "true"),
            ("banner_shows_version", "true"),
            ("relay_restricted", "true"),
            ("timeout_seconds", "300"),
            ("remote", "true"),
        ],
    );
    says(
        &out,
        "postfix.service[smtps/inet]",
        &[
            ("tls_level", "wrapper"),
            ("auth_in_clear", "false"),
            ("cipher_grade", "medium"),
        ],
    );
    says(
        &out,
        "postfix.service[127.0.0.1:10025/inet]",
        &[("relay_restricted", "false"), ("remote", "false")],
    );
    let (code, detail) = not_seen(&out, "postfix-smtpd");
    assert_eq!(
        (code, detail.as_str()),
        (
            "not-parsed",
            "c/chi-co/main.cf:2: neither a setting nor a line that goes on"
        )
    );
    assert!(!format!("{:?}", out.subjects).contains("Hanoi#2024"));
}

#[test]
fn postfix_without_its_services_is_not_seen_whole() {
    let dir = tree(&[("main.cf", "smtpd_tls_security_level = encrypt\n")]);
    let out = collect(dir.path(), "c", &cx());
    says(
        &out,
        "postfix.service[smtp/inet]",
        &[("tls_level", "encrypt")],
    );
    assert_eq!(seen(&out, "postfix"), &Seen::Whole);
    assert_eq!(not_seen(&out, "postfix-smtpd").0, "missing-fact");
}

#[test]
fn queues_are_read() {
    let dir = tree(&[
        (
            "rabbitmq/rabbitmq.conf",
            "loopback_users = none\ndefault_pass = Hanoi#2024\nauth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = ANONYMOUS\nssl_options.versions.1 = tlsv1.1\nlisteners.ssl.1 = 5671\nmanagement.tcp.port = 15672\nlog.connection.level = error\n",
        ),
        (
            "rabbitmq/conf.d/10.conf",
            "listeners.tcp.1 = 127.0.0.1:5672\n",
        ),
        ("b/rabbitmq.conf", "heartbeat = 0\n"),
        (
            "b/advanced.config",
            "%% loopback_users\n[{rabbit, [{tcp_listeners, [5672]}, {auth_mechanisms, ['PLAIN']}]}].\n",
        ),
        (
            "kafka/server.properties",
            "node.id=1\nlog.dirs=/a\nlisteners=TRONG://10.0.0.1:9092,NGOAI://:9093,QT://localhost:9094\nlistener.security.protocol.map=TRONG:SASL_PLAINTEXT,NGOAI:SSL,QT:PLAINTEXT\nlistener.name.trong.plain.sasl.jaas.config=x password=\"Hanoi#2024\"\ninter.broker.listener.name=NGOAI\nssl.enabled.protocols=TLSv1.1,TLSv1.2\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let one = out
        .subjects
        .iter()
        .find(|s| s.id.contains("rabbitmq/rabbitmq.conf"))
        .unwrap();
    for (path, value) in [
        ("guest_remote", "true"),
        ("known_password", "false"),
        ("anonymous", "true"),
        ("weak_tls", "[tlsv1.1]"),
        ("tls_on", "true"),
        ("plain_listeners", "[]"),
        ("management_plain", "true"),
        ("logs_connections", "false"),
        ("connections", "0"),
    ] {
        assert_eq!(shown(one, path), value, "{path}");
    }
    let two = out
        .subjects
        .iter()
        .find(|s| s.id.contains("b/rabbitmq.conf"))
        .unwrap();
    for (path, value) in [
        ("heartbeat_seconds", "0"),
        ("plain_listeners", "? (include-missing)"),
        ("guest_remote", "false"),
        ("known_password", "true"),
        ("anonymous", "? (include-missing)"),
    ] {
        assert_eq!(shown(two, path), value, "{path}");
    }
    assert_eq!(seen(&out, "rabbitmq"), &Seen::Whole);
    says(
        &out,
        "kafka",
        &[
            ("plain_listeners", "[TRONG]"),
            ("unauthenticated_listeners", "[NGOAI]"),
            ("brokers_in_plain", "false"),
            ("authorizer_on", "false"),
            ("weak_tls", "[TLSv1.1]"),
        ],
    );
    assert!(!format!("{:?}", out.subjects).contains("Hanoi#2024"));
}

#[test]
fn the_kernel_is_read_as_on_a_server() {
    let dir = tree(&[
        (
            "usr/lib/sysctl.d/10-a.conf",
            "net.ipv4.ip_forward = 1\nkernel.sysrq = 438\n",
        ),
        ("etc/sysctl.d/10-a.conf", "kernel.kptr_restrict = 1\n"),
        (
            "etc/sysctl.d/20-b.conf",
            "-kernel/kptr_restrict=2\nnet.ipv6.conf.*.accept_ra = 0\n",
        ),
        (
            "etc/audit/auditd.conf",
            "log_format = ENRICHED\nnum_logs = 5\nspace_left = 75\n",
        ),
        (
            "etc/audit/rules.d/a.rules",
            "-D\n-w /etc/sudoers -p wa\n-w /etc/sudoers.d/ -p wa\n-e 2\n",
        ),
        ("rieng/nhan.txt.conf", "# x\nkernel.dmesg_restrict = 1\n"),
        ("rieng/khac.conf", "frontend = 1\n"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let host = out
        .subjects
        .iter()
        .find(|s| &*s.kind == "sysctl-config" && s.facts["kernel.kptr_restrict"].place.is_some())
        .unwrap();
    // A file of one name in `etc` takes the place of that of the package.
    for (path, value) in [
        ("kernel.kptr_restrict", "2"),
        ("net.ipv6.conf.all.accept_ra", "0"),
        ("net.ipv4.ip_forward", "? (missing-fact)"),
        ("kernel.randomize_va_space", "? (missing-fact)"),
    ] {
        assert_eq!(shown(host, path), value, "{path}");
    }
    assert_eq!(
        at(host, "kernel.kptr_restrict"),
        "c/etc/sysctl.d/20-b.conf:1"
    );
    let alone = out
        .subjects
        .iter()
        .find(|s| &*s.kind == "sysctl-config" && s.id.contains("rieng"))
        .unwrap();
    assert_eq!(shown(alone, "kernel.dmesg_restrict"), "1");
    says(
        &out,
        "auditd",
        &[
            ("log_format", "enriched"),
            ("space_left", "75"),
            ("rules.sudoers", "true"),
            ("rules.identity", "false"),
            ("immutable", "true"),
            ("enabled", "-"),
            ("forwarded", "? (missing-fact)"),
        ],
    );
    let audit = subject(&out, "auditd");
    assert_eq!(at(audit, "rules.sudoers"), "c/etc/audit/rules.d/a.rules:2");
    assert_eq!(at(audit, "space_left"), "c/etc/audit/auditd.conf:3");
}

#[test]
fn rules_of_the_audit_alone_are_judged() {
    let dir = tree(&[("quy-tac/kho.rules", "-w /etc/audit/ -p wa -k cau-hinh\n")]);
    let out = collect(dir.path(), "c", &cx());
    says(
        &out,
        "auditd",
        &[
            ("rules.configuration", "true"),
            ("rules.time", "false"),
            ("log_format", "-"),
        ],
    );
    assert_eq!(seen(&out, "auditd-config"), &Seen::Whole);
}

#[test]
fn clocks_and_packets_are_read() {
    let dir = tree(&[
        (
            "chrony/chrony.conf",
            "confdir /etc/chrony/conf.d\npool a.vn iburst\ncmdallow 10.0.0.0/8\nmaxupdateskew 1\nmaxupdateskew 2\n",
        ),
        ("chrony/conf.d/x.conf", "server b.vn nts\nmakestep 1 3\n"),
        ("le/chrony.conf", "include /nowhere/x.conf\n"),
        (
            "fw/rules.v4",
            "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n",
        ),
        (
            "fw/rules.v6",
            "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n",
        ),
        (
            "nft/main.nft",
            "include \"./phan.nft\"\ntable inet a {\n chain i {\n  type filter hook input priority 0; policy drop;\n  jump cho\n }\n}\n",
        ),
        (
            "nft/phan.nft",
            "table inet a {\n chain cho {\n  tcp dport 5432 accept\n }\n}\n",
        ),
        (
            "nat.nft",
            "table ip n {\n chain p {\n  type nat hook prerouting priority 0;\n }\n}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let chrony = out
        .subjects
        .iter()
        .find(|s| s.id.contains("chrony/chrony.conf"))
        .unwrap();
    for (path, value) in [
        ("servers", "[b.vn, a.vn]"),
        ("authenticated", "false"),
        ("steps", "true"),
        ("commands_from_others", "true"),
        ("maxupdateskew", "2"),
        ("port", "123"),
    ] {
        assert_eq!(shown(chrony, path), value, "{path}");
    }
    assert_eq!(at(chrony, "steps"), "c/chrony/conf.d/x.conf:2");
    let other = out
        .subjects
        .iter()
        .find(|s| s.id.contains("le/chrony.conf"))
        .unwrap();
    assert_eq!(shown(other, "steps"), "? (include-missing)");
    assert_eq!(not_seen(&out, "chrony").0, "not-parsed");
    says(
        &out,
        "iptables[rules.v4]",
        &[
            ("input.policy", "drop"),
            ("output.policy", "accept"),
            ("open.admin", "[22]"),
            ("ipv6.covered", "true"),
            ("blocks_by_default", "true"),
        ],
    );
    says(
        &out,
        "nftables[main.nft]",
        &[("input.policy", "drop"), ("open.databases", "[5432]")],
    );
    let filters = out
        .subjects
        .iter()
        .filter(|s| &*s.kind == "packet-filter")
        .count();
    assert_eq!(filters, 2);
    let unused = shown(subject(&out, "config-files"), "not_in_effect");
    assert!(unused.contains("c/nat.nft"), "{unused}");
}

#[test]
fn logs_are_kept_as_long_as_their_stanza_says() {
    let dir = tree(&[
        (
            "etc/logrotate.conf",
            "weekly\nrotate 4\ninclude /etc/logrotate.d\nrotate 60\n/var/log/z.log {\n nocompress\n create 0644 root adm\n}\n",
        ),
        (
            "etc/logrotate.d/nginx",
            "/var/log/nginx/*.log {\n daily\n rotate 14\n postrotate\n  rotate 99\n endscript\n notifempty\n}\n",
        ),
        ("etc/logrotate.d/size", "/var/log/app.log {\n size 10M\n}\n"),
        (
            "roles/logrotate.d/rieng",
            "/var/log/auth.log {\n daily\n}\n",
        ),
        ("roles/logrotate.d/ho", "/var/log/x.log {\n daily\n"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    says(
        &out,
        "logrotate[/var/log/nginx/*.log]",
        &[
            ("retention.days", "14"),
            ("frequency", "daily"),
            ("security_log", "true"),
            ("ifempty", "no"),
            ("compress", "no"),
        ],
    );
    let nginx = subject(&out, "logrotate[/var/log/nginx/*.log]");
    assert_eq!(at(nginx, "retention.days"), "c/etc/logrotate.d/nginx:3");
    assert!(nginx.other.iter().any(|f| &*f.path == "rotate"));
    says(
        &out,
        "logrotate[/var/log/z.log]",
        &[
            ("retention.days", "420"),
            ("others_may", "true"),
            ("security_log", "false"),
        ],
    );
    says(
        &out,
        "logrotate[/var/log/app.log]",
        &[("retention.days", "? (bounded-by-size)")],
    );
    says(
        &out,
        "logrotate[/var/log/auth.log]",
        &[("retention.days", "? (include-missing)")],
    );
    let (code, detail) = not_seen(&out, "logrotate");
    assert_eq!(
        (code, detail.contains("roles/logrotate.d/ho")),
        ("not-parsed", true),
        "{detail}"
    );
}

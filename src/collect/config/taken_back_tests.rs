//! What a later line, a nearer level or a file beside takes back, for the kinds of servers: each was a wrong pass once.

use super::collect;
use super::tests::{cx, seen, shown, subject, tree};
use crate::model::{Collected, Seen, Value};

fn of(files: &[(&str, &str)]) -> Collected {
    collect(tree(files).path(), "c", &cx())
}

fn says(out: &Collected, id: &str, facts: &[(&str, &str)]) {
    for (path, value) in facts {
        assert_eq!(shown(subject(out, id), path), *value, "{id} {path}");
    }
}

/// Is it a list of which more is not known?
fn is_partial(out: &Collected, id: &str, path: &str) -> bool {
    matches!(&subject(out, id).facts[path].value, Value::List(list) if !list.complete)
}

const HAPROXY: &str =
    "global\n log /dev/log local0\n user haproxy\ndefaults\n mode http\n log global\n";

#[test]
fn haproxy_at_its_addresses() {
    let text = format!(
        "{HAPROXY}frontend a\n bind :80\n bind :8080\n redirect scheme https if {{ dst_port 80 }}\n\
         frontend b\n bind :443 ssl crt-list certs.txt\n\
         frontend c\n bind :443 ssl crt-list gone.txt\n\
         frontend d\n mode tcp\n bind :80\n\
         frontend e\n mode tcp\n bind :3306\n\
         backend f\n server a 10.0.0.1:443\n default-server ssl verify required\n server b 10.0.0.2:443\n\
         backend g\n dispatch 10.0.0.9:80\n"
    );
    let out = of(&[
        ("haproxy.cfg", &text),
        (
            "certs.txt",
            "a.pem [ssl-min-ver TLSv1.0 ciphers ALL:RC4-SHA] a.vn\nb.pem b.vn\n",
        ),
    ]);
    says(
        &out,
        "haproxy.frontend[a]",
        &[("serves_plain_http", "true")],
    );
    says(
        &out,
        "haproxy.frontend[b].bind[:443]",
        &[("weak_protocols", "[TLSv1.0, TLSv1.1]")],
    );
    assert!(
        shown(
            subject(&out, "haproxy.frontend[b].bind[:443]"),
            "weak_ciphers"
        )
        .contains("rc4")
    );
    says(
        &out,
        "haproxy.frontend[c].bind[:443]",
        &[
            ("weak_protocols", "? (include-missing)"),
            ("weak_ciphers", "? (include-missing)"),
        ],
    );
    says(
        &out,
        "haproxy.frontend[d]",
        &[("serves_plain_http", "? (ambiguous)")],
    );
    says(
        &out,
        "haproxy.frontend[e]",
        &[("serves_plain_http", "false")],
    );
    says(&out, "haproxy.backend[f]", &[("plain_servers", "[a]")]);
    says(
        &out,
        "haproxy.backend[g]",
        &[("plain_servers", "[10.0.0.9:80]"), ("passes_on", "true")],
    );
}

#[test]
fn haproxy_writes_down_every_request() {
    let text = "global\n log /dev/log local0 emerg\n log ${LOGHOST}:514 local0\n log 10.0.0.1 local0 crit\n\
        defaults\n mode http\n log global\n\
        frontend a\n bind :80\n option dontlog-normal\n\
        frontend b\n bind :80\n\
        frontend c\n bind :80\n no log\n log 10.0.0.2 local0 notice\n\
        frontend d\n bind :80\n http-request set-log-level silent if { src 10.0.0.0/8 }\n\
        listen e\n bind :9000\n stats enable\n stats uri /s\n http-request deny if { src 1.2.3.4 }\n\
        listen f\n bind :9001\n stats enable\n stats uri /s\n http-request deny if !{ src 10.0.0.0/8 }\n";
    let out = of(&[("haproxy.cfg", text)]);
    for (name, enabled) in [
        ("a", "false"),
        ("b", "true"),
        ("c", "false"),
        ("d", "? (ambiguous)"),
    ] {
        says(
            &out,
            &format!("haproxy.frontend[{name}]"),
            &[("log_enabled", enabled)],
        );
    }
    says(&out, "haproxy.listen[e]", &[("stats_exposed", "true")]);
    says(&out, "haproxy.listen[f]", &[("stats_exposed", "false")]);
    assert!(is_partial(&out, "haproxy", "log_targets_remote"));
}

#[test]
fn postfix_over_its_services() {
    let main = "compatibility_level = 3.6\nsmtpd_tls_security_level = may\nsmtpd_tls_ciphers = high\ntls_high_cipherlist = ALL:RC4-SHA\n\
        mynetworks = 127.0.0.0/8, hash:/etc/postfix/nets\nsmtp_tls_security_level = encrypt\nsmtp_sasl_auth_enable = yes\n\
        smtpd_relay_restrictions = permit_mynetworks, warn_if_reject reject_unauth_destination\n";
    let master = "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n -o smtpd_tls_cert_file=/a\n\
        25025 inet n - y - - smtpd\n -o smtpd_relay_restrictions=check_sender_access,hash:/a,reject\n -o smtpd_recipient_restrictions=\n\
        relay unix - - y - - smtp\n -o smtp_tls_security_level=none\nsmtp unix - - y - - smtp\n";
    let out = of(&[("postfix/main.cf", main), ("postfix/master.cf", master)]);
    says(
        &out,
        "postfix.service[smtp/inet]",
        &[("tls_level", "none"), ("relay_restricted", "false")],
    );
    says(
        &out,
        "postfix.service[submission/inet]",
        &[
            ("tls_level", "may"),
            ("cipher_grade", "high, with weak ciphers"),
        ],
    );
    says(
        &out,
        "postfix.service[25025/inet]",
        &[("relay_restricted", "? (ambiguous)")],
    );
    says(
        &out,
        "postfix",
        &[
            ("smtp_tls_level", "none"),
            ("relay_password_in_clear", "true"),
        ],
    );
    assert!(is_partial(&out, "postfix", "wide_networks"));
}

#[test]
fn rabbitmq_beside_its_main_door() {
    let out = of(&[(
        "rabbitmq/rabbitmq.conf",
        "listeners.tcp = none\nlisteners.ssl.default = 5671\nmqtt.listeners.tcp.default = 1883\nstomp.listeners.tcp.1 = 127.0.0.1:61613\n\
         loopback_users.monitor = true\nlog.file.level = error\n",
    )]);
    says(
        &out,
        "rabbitmq",
        &[
            ("plain_listeners", "[1883]"),
            ("guest_remote", "true"),
            ("logs_connections", "false"),
        ],
    );
    let out = of(&[
        ("rabbitmq/rabbitmq.conf", "listeners.tcp = none\n"),
        ("rabbitmq/rabbitmq.config", "[].\n"),
    ]);
    says(
        &out,
        "rabbitmq",
        &[("plain_listeners", "? (include-missing)")],
    );
    assert!(matches!(seen(&out, "rabbitmq"), Seen::Not(_)));
}

#[test]
fn kafka_at_each_listener() {
    let out = of(&[(
        "server.properties",
        "process.roles=broker\nnode.id=1\nlog.dirs=/a\nlisteners=SSL://:9092\ncontroller.listener.names=CONTROLLER\n\
         inter.broker.listener.name=SSL\nlistener.name.ssl.ssl.enabled.protocols=TLSv1,TLSv1.2\n\
         listener.name.ssl.ssl.cipher.suites=TLS_RSA_WITH_RC4_128_SHA\nauthorizer.class.name=a.B\nsuper.users=User:a;User:ANONYMOUS\n",
    )]);
    says(
        &out,
        "kafka",
        &[
            ("brokers_in_plain", "true"),
            ("weak_tls", "[TLSv1]"),
            ("open_without_rule", "true"),
        ],
    );
    assert!(shown(subject(&out, "kafka"), "weak_ciphers").contains("rc4"));
    let out = of(&[(
        "server.properties",
        "process.roles=broker,controller\nnode.id=1\nlog.dirs=/a\nlisteners=SSL://:9092,CONTROLLER://:9093\ncontroller.listener.names=CONTROLLER\n",
    )]);
    says(
        &out,
        "kafka",
        &[
            ("plain_listeners", "[CONTROLLER]"),
            ("unauthenticated_listeners", "[SSL, CONTROLLER]"),
        ],
    );
}

#[test]
fn stores_that_only_seem_closed() {
    let out = of(&[
        (
            "a/mongod.conf",
            "security:\n  authorization: enabled\n  transitionToAuth: true\n",
        ),
        ("b/elasticsearch.yml", "cluster.name: a\n"),
        (
            "c/elasticsearch.yml",
            "xpack.security.enabled: false\nxpack.security.http.ssl.enabled: true\nnetwork.host: _local_\nhttp.bind_host: 0.0.0.0\n",
        ),
        ("d/opensearch.yml", "plugins.security.ssl_only: true\n"),
        ("e/opensearch.yml", "cluster.name: a\n"),
        (
            "docker/daemon.json",
            "{\"hosts\": [\"unix:///run/d.sock\", \"0.0.0.0:2375\"], \"log-driver\": \"local\"}",
        ),
    ]);
    says(&out, "mongodb", &[("authorization_on", "false")]);
    for (folder, on) in [("b", "? (missing-fact)"), ("c", "false")] {
        let id = format!("elasticsearch@{folder}/elasticsearch.yml");
        says(&out, &id, &[("security_on", on)]);
    }
    says(
        &out,
        "elasticsearch@c/elasticsearch.yml",
        &[("http_tls", "false"), ("listens_remotely", "true")],
    );
    for (folder, on) in [("d", "false"), ("e", "true")] {
        let id = format!("elasticsearch@{folder}/opensearch.yml");
        says(&out, &id, &[("security_on", on)]);
    }
    says(
        &out,
        "docker.daemon",
        &[
            ("tcp_hosts", "[0.0.0.0:2375]"),
            ("open_tcp", "true"),
            ("logs_bounded", "true"),
        ],
    );
}

#[test]
fn applications_that_only_seem_closed() {
    let out = of(&[
        (
            "n/appsettings.json",
            "{\"AllowedHosts\": \"\", \"http_ports\": \"8080\", \"ConnectionStrings\": {\"a\": \"Server=10.0.0.5;Database=b\", \"r\": \"10.0.0.6:6379,ssl=true\"}}",
        ),
        (
            "o/appsettings.json",
            "{\"ConnectionStrings\": {\"a\": \"Data Source=10.0.0.5:1521/ORCL;User Id=a\"}}",
        ),
        (
            "t/WEB-INF/web.xml",
            "<web-app><servlet><init-param><param-name>listings</param-name><param-value>false</param-value></init-param></servlet>\n\
             <servlet><init-param><param-name>listings</param-name><param-value>TRUE</param-value></init-param></servlet></web-app>",
        ),
        (
            "t/server.xml",
            "<Server port=\"-1\"><Service><Engine><Host><Valve className=\"org.apache.catalina.valves.AccessLogValve\" enabled=\"false\"/></Host></Engine></Service></Server>",
        ),
    ]);
    says(
        &out,
        "dotnet[n]",
        &[
            ("any_host", "true"),
            ("plain_listeners", "[http://*:8080]"),
            ("plain_database", "? (ambiguous)"),
        ],
    );
    says(&out, "dotnet[o]", &[("plain_database", "true")]);
    says(
        &out,
        "web.xml[t/WEB-INF/web.xml]",
        &[("directory_listings", "true")],
    );
    says(&out, "tomcat[t/server.xml]", &[("access_log", "false")]);
}

#[test]
fn pipelines_that_strangers_reach() {
    let jobs = "jobs:\n  a:\n    steps:\n      - uses: docker://alpine:3\n      - run: echo \"${{ toJSON(github.event) }}\"\n      - run: echo ${{ github.event['issue']['Title'] }}\n";
    let other = format!("on: issue_comment\n{jobs}      - run: gh pr checkout 1\n");
    let set = "on: push\npermissions: {}\njobs:\n  a:\n    steps: []\n";
    let by_job = "on: push\njobs:\n  a:\n    permissions: read-all\n    steps: []\n";
    let out = of(&[
        (".github/workflows/a.yml", &other),
        (".github/workflows/b.yml", set),
        (".github/workflows/c.yml", by_job),
    ]);
    says(
        &out,
        "pipeline[.github/workflows/a.yml]",
        &[
            ("permissions_all", "? (missing-fact)"),
            ("runs_foreign_code", "true"),
            ("unpinned_actions", "[docker://alpine:3]"),
            ("injections", "[github.event, github.event.issue.title]"),
        ],
    );
    for name in ["b", "c"] {
        let id = format!("pipeline[.github/workflows/{name}.yml]");
        says(&out, &id, &[("permissions_all", "false")]);
    }
}

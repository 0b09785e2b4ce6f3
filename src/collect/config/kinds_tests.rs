//! Each kind as its program reads it, and files that no program could read, on folders as they are handed in.

use std::fs;

use super::tests::{cx, seen, shown, subject, tree};
use super::*;
use crate::model::Origin;

fn at(subject: &Subject, path: &str) -> String {
    subject.facts[path].place.as_ref().unwrap().to_string()
}

#[test]
fn what_is_left_alone_is_named() {
    let dir = tree(&[
        ("a.zip", "PK"),
        ("node_modules/x/.env", "DB_PASSWORD=Hanoi#2024x\n"),
        ("vendor/autoload.php", "<?php"),
        ("vendor/y/.env", "A=1\n"),
        ("notes.xyz", "hello\n"),
        (".env.example", "DB_PASSWORD=Hanoi#2024x\n"),
        (
            "chart/templates/d.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        ),
        (".gitignore", "*\n"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let files = subject(&out, "config-files");
    assert_eq!(shown(files, "unrecognised_count"), "5");
    let all = shown(files, "unrecognised");
    for word in [
        "c/a.zip, why: an archive",
        "not rendered",
        "why: an example",
        "c/notes.xyz",
    ] {
        assert!(all.contains(word), "{word}: {all}");
    }
    let left = shown(files, "left_out");
    assert!(
        left.contains("packages of npm") && left.contains("packages of Composer"),
        "{left}"
    );
    let none = subject(&out, "secret.none[password]");
    assert_eq!(
        (shown(none, "found"), shown(none, "set_aside")),
        ("false".into(), "1".into())
    );
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_rest_goes_on() {
    let dir = tree(&[
        (
            "a/compose.yml",
            "services:\n  db:\n    image: postgres:16\n    ports: [ \"5432:5432\" ]\n",
        ),
        ("b/compose.yml", "services:\n  web:\n    image: [ x\n"),
        (
            "bomb.yaml",
            "apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f]\n",
        ),
        (
            "redis.conf",
            "requirepass \"open\ninclude /nowhere/x.conf\n",
        ),
        ("my.cnf", "[mysqld]\n!include my.cnf\nno group\n"),
    ]);
    fs::write(dir.path().join("Dockerfile"), b"FROM a:1\0\n").unwrap();
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(
        "APP_DEBUG=true\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes),
    );
    fs::write(dir.path().join(".env"), utf16).unwrap();
    let out = collect(dir.path(), "c", &cx());
    let db = out
        .subjects
        .iter()
        .find(|s| s.id.contains("a/compose.yml:db"))
        .unwrap();
    assert_eq!(shown(db, "published_databases"), "[5432:5432]");
    for (kind, what) in [
        ("compose-service", "c/b/compose.yml:3"),
        ("k8s-container", "c/bomb.yaml:"),
        ("redis", "c/redis.conf:1"),
        ("mysql", "c/my.cnf:"),
        ("dockerfile", "c/Dockerfile"),
    ] {
        match seen(&out, kind) {
            Seen::Not(why) => assert!(why.detail.contains(what), "{kind}: {}", why.detail),
            other @ (Seen::Whole | Seen::Absent(_)) => panic!("{kind}: {other:?}"),
        }
    }
    assert_eq!(
        shown(subject(&out, "redis"), "password_required"),
        "? (include-missing)"
    );
    assert_eq!(shown(subject(&out, "dotenv[.env]"), "debug_on"), "true");
    assert_eq!(seen(&out, "dotenv"), &Seen::Whole);
    assert!(matches!(seen(&out, "secret-password"), Seen::Not(_)));
}

#[test]
fn a_very_long_line_does_no_harm() {
    let long = format!("password={}\n", "a1".repeat(500_000));
    let dir = tree(&[("big.conf", &long), (".env", &long), ("haproxy.yml", &long)]);
    let started = std::time::Instant::now();
    let out = collect(dir.path(), "c", &cx());
    assert!(started.elapsed().as_secs() < 60);
    assert!(!format!("{:?}", out.subjects).contains("a1a1a1"));
}

#[test]
fn a_container_is_what_its_file_says() {
    let dir = tree(&[
        (
            "Dockerfile",
            "ARG V=20\nFROM node:${V} AS build\nUSER node\nFROM build\nENV API_KEY=Zk39dkq02mfkq92mdkA1\nRUN curl -fsSLk https://a.vn/x | sh\nEXPOSE 22 8080\n",
        ),
        (
            "docker-compose.yml",
            "x-base: &base\n  privileged: true\nservices:\n  a:\n    <<: *base\n    image: a\n    volumes: [ '/var/run/docker.sock:/var/run/docker.sock:ro' ]\n    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust\n      DB_PASSWORD: ${DB_PASSWORD}\n  b:\n    image: b:1\n    ports: [ '127.0.0.1:6379:6379', { target: 5432, published: 5432 } ]\n    environment: [ 'DB_PASSWORD=Hanoi#2024' ]\n  c:\n    extends: { file: other.yml, service: c }\n",
        ),
        (
            "docker/daemon.json",
            "{ // ours\n  \"hosts\": [ \"tcp://0.0.0.0:2375\" ],\n  \"icc\": false\n}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let file = subject(&out, "dockerfile[Dockerfile]");
    for (path, value) in [
        ("unpinned_bases", "[]"),
        ("bases", "[node:20]"),
        ("named_user", "true"),
        ("secret_variables", "[API_KEY]"),
        ("piped_downloads", "[line 6]"),
        ("unverified", "[curl -k]"),
        ("admin_ports", "[22]"),
    ] {
        assert_eq!(shown(file, path), value, "{path}");
    }
    let a = subject(&out, "compose.service[docker-compose.yml:a]");
    assert_eq!(
        (shown(a, "privileged"), shown(a, "image_pinned")),
        ("true".into(), "false".into())
    );
    assert_eq!(
        (shown(a, "docker_socket"), shown(a, "open_doors")),
        ("true".into(), "[POSTGRES_HOST_AUTH_METHOD]".into())
    );
    assert_eq!(shown(a, "secret_variables"), "[]");
    let b = subject(&out, "compose.service[docker-compose.yml:b]");
    assert_eq!(
        (
            shown(b, "published_databases"),
            shown(b, "secret_variables")
        ),
        ("[5432:5432]".into(), "[DB_PASSWORD]".into())
    );
    assert_eq!(at(b, "published_databases"), "c/docker-compose.yml:13");
    let c = subject(&out, "compose.service[docker-compose.yml:c]");
    assert_eq!(shown(c, "privileged"), "? (missing-fact)");
    let daemon = subject(&out, "docker.daemon");
    assert_eq!(
        (shown(daemon, "open_tcp"), shown(daemon, "icc")),
        ("true".into(), "false".into())
    );
    assert_eq!(
        (at(daemon, "icc"), daemon.facts["live-restore"].origin),
        ("c/docker/daemon.json:3".into(), Origin::Default)
    );
}

#[test]
fn manifests_are_taken_apart() {
    let dir = tree(&[(
        "all.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: batch/v1\n  kind: CronJob\n  metadata: { name: dem, namespace: kho }\n  spec:\n    jobTemplate:\n      spec:\n        template:\n          spec:\n            hostNetwork: true\n            securityContext: { runAsNonRoot: true }\n            containers:\n            - name: dem\n              image: dem\n              securityContext: { runAsUser: 0 }\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: dong, namespace: kho }\nspec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: w, namespace: kho }\nspec:\n  tls: [ { hosts: [ '*.example.vn' ] } ]\n  rules: [ { host: a.example.vn }, { host: b.kho.vn } ]\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: db }\ndata: { password: SGFub2k= }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: db, namespace: kho }\nspec: { type: NodePort, ports: [ { port: 5432 } ] }\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: r }\nrules: [ { apiGroups: [''], resources: [secrets], verbs: [get] } ]\n",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let pod = subject(&out, "k8s.workload[kho/cronjob/dem]");
    assert_eq!(
        (shown(pod, "hostnetwork"), at(pod, "hostnetwork")),
        ("true".into(), "c/all.yaml:12".into())
    );
    let container = subject(&out, "k8s.workload[kho/cronjob/dem].container[dem]");
    // The container's own word counts before the pod's.
    assert_eq!(
        (
            shown(container, "named_user"),
            shown(container, "image_pinned")
        ),
        ("false".into(), "false".into())
    );
    let kho = subject(&out, "k8s.namespace[kho]");
    assert_eq!(
        (
            shown(kho, "default_deny_ingress"),
            shown(kho, "default_deny_egress")
        ),
        ("true".into(), "true".into())
    );
    assert_eq!(
        shown(subject(&out, "k8s.ingress[kho/ingress/w]"), "plain_hosts"),
        "[b.kho.vn]"
    );
    assert_eq!(
        shown(
            subject(&out, "k8s.secret[default/secret/db]"),
            "values_in_clear"
        ),
        "[password]"
    );
    assert_eq!(
        shown(
            subject(&out, "k8s.service[kho/service/db]"),
            "published_databases"
        ),
        "[5432]"
    );
    assert_eq!(
        shown(
            subject(&out, "k8s.role[default/clusterrole/r]"),
            "reads_secrets"
        ),
        "true"
    );
}

#[test]
fn apache_puts_its_files_together() {
    let dir = tree(&[
        (
            "apache2/envvars",
            "export APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n",
        ),
        (
            "apache2/apache2.conf",
            "ServerRoot /etc/apache2\nDefine HOST tracuu.example.vn\nservertokens Prod\nIncludeOptional mods-enabled/*.load\nInclude ports.conf\nIncludeOptional sites-enabled/*.conf\n<Directory />\n Require all denied\n</Directory>\n<Directory /var/www/>\n Options Indexes FollowSymLinks\n</Directory>\n<IfModule mod_status.c>\n<Location /server-status>\n SetHandler server-status\n</Location>\n</IfModule>\nLogFormat \"%v:%p %h %l %u %t \\\"%r\\\" %>s %O\" vhost_combined\n",
        ),
        (
            "apache2/mods-enabled/ssl.load",
            "LoadModule ssl_module x.so\n",
        ),
        (
            "apache2/ports.conf",
            "Listen 80\n<IfModule ssl_module>\n Listen 443\n</IfModule>\n",
        ),
        (
            "apache2/sites-enabled/a.conf",
            "<VirtualHost *:80>\n ServerName ${HOST}\n Redirect permanent / https://${HOST}/\n</VirtualHost>\n<VirtualHost *:443>\n ServerName ${HOST}\n SSLEngine on\n SSLProtocol all -SSLv3\n SSLProtocol TLSv1.2 TLSv1.3\n DocumentRoot /var/www/html\n CustomLog ${APACHE_LOG_DIR}/a.log vhost_combined\n Header always set Strict-Transport-Security \"max-age=31536000\"\n <Directory /var/www/html>\n  Options -Indexes\n </Directory>\n</VirtualHost>\n",
        ),
        (
            "apache2/sites-available/b.conf",
            "<VirtualHost *:80>\n ServerName b\n</VirtualHost>\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(seen(&out, "apache"), &Seen::Whole);
    let server = subject(&out, "apache");
    for (path, value) in [
        ("servertokens", "Prod"),
        ("listen", "[80, 443]"),
        ("root_denied", "true"),
        ("indexed_folders", "[]"),
        // Neither mod_autoindex nor mod_status is loaded.
        ("status_exposed", "false"),
        ("module.ssl", "true"),
        ("module.info", "false"),
        ("timeout_count", "60"),
    ] {
        assert_eq!(shown(server, path), value, "{path}");
    }
    let plain = subject(&out, "apache.vhost[tracuu.example.vn:80]");
    assert_eq!(
        (
            shown(plain, "serves_plain_http"),
            shown(plain, "redirect_to_https")
        ),
        ("false".into(), "true".into())
    );
    let host = subject(&out, "apache.vhost[tracuu.example.vn:443]");
    for (path, value) in [
        ("weak_protocols", "[]"),
        ("hsts_max_age", "31536000"),
        (
            "access_log_fields",
            "[source, destination, account, time, action]",
        ),
        ("serves_plain_http", "false"),
    ] {
        assert_eq!(shown(host, path), value, "{path}");
    }
    assert_eq!(at(host, "sslprotocol"), "c/apache2/sites-enabled/a.conf:9");
    assert_eq!(
        host.other
            .iter()
            .filter(|f| &*f.path == "sslprotocol")
            .count(),
        1
    );
    assert!(
        shown(subject(&out, "config-files"), "not_in_effect").contains("sites-available/b.conf")
    );
}

#[test]
fn databases_read_the_last_line() {
    let dir = tree(&[
        (
            "mysql/my.cnf",
            "[client]\npassword=x\n[mysqld]\nbind-address=0.0.0.0\nskip_name_resolve\n!includedir /etc/mysql/conf.d/\n",
        ),
        (
            "mysql/conf.d/z.cnf",
            "[mariadb]\nbind_address = 127.0.0.1\nssl-cert=/a\nssl-key=/b\nrequire-secure-transport\n",
        ),
        (
            "redis/redis.conf",
            "bind 10.0.0.5\nport 6379\nrequirepass Hanoi#2024x\ninclude more.conf\naclfile /etc/redis/users.acl\n",
        ),
        ("redis/more.conf", "port 0\ntls-port 6380\n"),
        (
            "redis/users.acl",
            "user default off\nuser app on >x ~* +@all\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let mysql = subject(&out, "mysql");
    assert_eq!(
        (shown(mysql, "listens_remotely"), at(mysql, "bind_address")),
        ("false".into(), "c/mysql/conf.d/z.cnf:2".into())
    );
    assert_eq!(
        (
            shown(mysql, "require_secure_transport_on"),
            shown(mysql, "tls_configured")
        ),
        ("true".into(), "true".into())
    );
    assert!(
        !mysql.facts.contains_key("password"),
        "what clients are told is not the server's"
    );
    let redis = subject(&out, "redis");
    for (path, value) in [
        ("plain_port", "false"),
        ("tls_on", "true"),
        ("password_required", "true"),
        ("default_user_off", "true"),
        ("listens_remotely", "true"),
    ] {
        assert_eq!(shown(redis, path), value, "{path}");
    }
    assert!(shown(redis, "requirepass").starts_with("‹secret"));
    assert_eq!(at(redis, "port"), "c/redis/more.conf:1");
}

#[test]
fn stores_have_their_own_values() {
    let dir = tree(&[
        (
            "mongod.conf",
            "net:\n  bindIp: 127.0.0.1,10.0.0.4\n  tls: { mode: preferTLS }\nsecurity:\n  authorization: enabled\n",
        ),
        (
            "a/elasticsearch.yml",
            "network.host: [ _local_, _site_ ]\nxpack:\n  security.enabled: false\n",
        ),
        (
            "b/opensearch.yml",
            "cluster.name: kho\nplugins.security.disabled: true\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let mongo = subject(&out, "mongodb");
    for (path, value) in [
        ("listens_remotely", "true"),
        ("tls_required", "false"),
        ("authorization_on", "true"),
        ("audit_log", "false"),
    ] {
        assert_eq!(shown(mongo, path), value, "{path}");
    }
    assert_eq!(at(mongo, "tls_required"), "c/mongod.conf:3");
    let one = subject(&out, "elasticsearch@a/elasticsearch.yml");
    assert_eq!(
        (shown(one, "listens_remotely"), shown(one, "security_on")),
        ("true".into(), "false".into())
    );
    let two = subject(&out, "elasticsearch@b/opensearch.yml");
    assert_eq!(
        (shown(two, "listens_remotely"), shown(two, "security_on")),
        ("false".into(), "false".into())
    );
}

#[test]
fn applications_and_their_profiles() {
    let dir = tree(&[
        (
            "r/application.yml",
            "server:\n  port: 8080\n  error: { includeStacktrace: always }\nspring:\n  datasource:\n    url: jdbc:postgresql://db:5432/bc\n    password: ${DB_PASSWORD}\n---\nspring.config.activate.on-profile: prod\nserver.error.include-stacktrace: never\nmanagement:\n  server.port: 9001\n  endpoints.web.exposure.include: \"health,env\"\n",
        ),
        (
            "r/application-dev.properties",
            "spring.h2.console.enabled=true\n",
        ),
        (
            "l/.env",
            "APP_ENV=production\nAPP_KEY=base64:x\nAPP_DEBUG=true\nDB_HOST=10.0.0.3\nDB_PASSWORD=\nSESSION_LIFETIME=600\nAPP_DEBUG=false\n",
        ),
        (
            ".github/workflows/a.yml",
            "on: pull_request_target\npermissions: write-all\njobs:\n  a:\n    env:\n      DEPLOY_TOKEN: Zk39dkq02mfkq92mdkA1xx\n    steps:\n      - uses: actions/checkout@v4\n        with: { ref: '${{ github.event.pull_request.head.sha }}' }\n      - uses: foo/bar@v1\n      - run: echo ${{ github.event.issue.title }}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let base = subject(&out, "spring[r]");
    assert_eq!(
        (
            shown(base, "shows_stacktrace"),
            shown(base, "plain_database")
        ),
        ("true".into(), "true".into())
    );
    assert_eq!(
        (
            shown(base, "separate_management_port"),
            shown(base, "secret_keys")
        ),
        ("? (missing-fact)".into(), "[]".into())
    );
    let prod = subject(&out, "spring[r:prod]");
    assert_eq!(
        (
            shown(prod, "shows_stacktrace"),
            shown(prod, "separate_management_port")
        ),
        ("false".into(), "true".into())
    );
    assert_eq!(
        (
            shown(prod, "exposed_endpoints"),
            at(prod, "server.error.include-stacktrace")
        ),
        ("[env]".into(), "c/r/application.yml:10".into())
    );
    assert_eq!(shown(subject(&out, "spring[r:dev]"), "production"), "false");
    let env = subject(&out, "dotenv[l/.env]");
    for (path, value) in [
        ("debug_on", "false"),
        ("empty_database_password", "true"),
        ("plain_database", "true"),
        ("session_minutes", "600"),
    ] {
        assert_eq!(shown(env, path), value, "{path}");
    }
    let ci = subject(&out, "pipeline[.github/workflows/a.yml]");
    for (path, value) in [
        ("secret_variables", "[DEPLOY_TOKEN]"),
        ("unpinned_actions", "[foo/bar@v1]"),
        ("injections", "[github.event.issue.title]"),
        ("permissions_all", "true"),
        ("runs_foreign_code", "true"),
    ] {
        assert_eq!(shown(ci, path), value, "{path}");
    }
}

#[test]
fn files_of_hosts_are_read_as_on_a_server() {
    let dir = tree(&[
        (
            "sshd/sshd_config",
            "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n",
        ),
        ("sshd/sshd_config.d/a.conf", "permitrootlogin no\n"),
        (
            "etc/sudoers",
            "Defaults use_pty\nquet_ma ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n",
        ),
        ("etc/sudoers.d/kho", "kho ALL=(root) /usr/bin/systemctl\n"),
        (
            "units/bc.service",
            "[Service]\nExecStart=/opt/bc\nEnvironment=DB_PASSWORD=Hanoi#2024\n",
        ),
        (
            "units/bc.service.d/user.conf",
            "[Service]\nUser=bc\nNoNewPrivileges=yes\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let sshd = subject(&out, "sshd");
    assert_eq!(
        (shown(sshd, "permitrootlogin"), at(sshd, "permitrootlogin")),
        ("no".into(), "c/sshd/sshd_config.d/a.conf:1".into())
    );
    assert!(
        sshd.other
            .iter()
            .any(|f| &*f.path == "permitrootlogin" && f.origin == Origin::Shadowed)
    );
    let sudo = out.subjects.iter().find(|s| &*s.kind == "sudoers").unwrap();
    let rules = shown(sudo, "rules");
    assert!(
        rules.contains("quet_ma") && rules.contains("kho"),
        "{rules}"
    );
    let unit = subject(&out, "systemd.unit[bc.service]");
    assert_eq!(
        (
            shown(unit, "runs_as_root"),
            shown(unit, "nonewprivileges_on")
        ),
        ("false".into(), "true".into())
    );
    assert_eq!(shown(unit, "secret_variables"), "[DB_PASSWORD]");
    assert!(!format!("{unit:?}").contains("Hanoi#2024"));
}

#[test]
fn every_fact_stands_in_the_vocabulary() {
    let files: Vec<(String, String)> = walkdir::WalkDir::new(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/configs"),
    )
    .into_iter()
    .filter_map(Result::ok)
    .filter(|e| e.file_type().is_file())
    .map(|e| (e.path().display().to_string(), String::new()))
    .collect();
    assert!(files.len() > 8, "the tree with every kind");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/configs");
    let out = collect(&path, "configs", &cx());
    super::tests::stands_in_the_vocabulary(&out);
    let kinds: std::collections::BTreeSet<&str> = out.subjects.iter().map(|s| &*s.kind).collect();
    for (types, _) in READERS {
        for kind in *types {
            assert!(kinds.contains(kind), "{kind} is in no fixture");
        }
    }
}

//! Configurations as they are deployed, in which something passed that does not hold.

use super::tests::{cx, shown, subject, tree};
use super::*;

fn value(files: &[(&str, &str)], id: &str, path: &str) -> String {
    let dir = tree(files);
    shown(subject(&collect(dir.path(), "c", &cx()), id), path)
}

#[test]
fn hsts_by_a_map_of_something_else() {
    let of = |map: &str| {
        let text = format!(
            "events {{}}\nhttp {{\n {map}\n server {{ listen 443 ssl; server_name a.vn;\n add_header Strict-Transport-Security $h always; }}\n}}\n"
        );
        value(
            &[("nginx.conf", &text)],
            "nginx.server[a.vn:443]",
            "hsts_max_age",
        )
    };
    assert_eq!(
        of("map $https $h { on \"max-age=31536000\"; default \"\"; }"),
        "31536000"
    );
    assert_eq!(of("map $scheme $h { https max-age=31536000; }"), "31536000");
    assert_eq!(
        of("map $host $h { default \"\"; b.vn max-age=31536000; }"),
        "0"
    );
    assert_eq!(of("map $host $h { b.vn max-age=31536000; }"), "0");
    assert_eq!(
        of("map $host $h { default max-age=31536000; b.vn max-age=60; }"),
        "60"
    );
    assert_eq!(
        of("map $host $h { default max-age=31536000; include hosts; }"),
        "? (ambiguous)"
    );
}

#[test]
fn a_log_that_is_thrown_away() {
    let of = |log: &str| {
        let text = format!(
            "events {{}}\nhttp {{\n server {{ listen 80; server_name a.vn; access_log {log}; }}\n}}\n"
        );
        value(
            &[("nginx.conf", &text)],
            "nginx.server[a.vn:80]",
            "access_log_enabled",
        )
    };
    assert_eq!(of("/dev/null"), "false");
    assert_eq!(of("/dev/null; access_log syslog:server=10.0.0.1"), "true");
}

#[test]
fn folders_above_the_socket_of_docker() {
    let of = |volume: &str| {
        let text =
            format!("services:\n  a:\n    image: a:1\n    volumes: [ \"{volume}:/x:ro\" ]\n");
        value(
            &[("compose.yml", &text)],
            "compose.service[compose.yml:a]",
            "docker_socket",
        )
    };
    for volume in ["/", "/var/run", "/run/", "/var/run/docker.sock"] {
        assert_eq!(of(volume), "true", "{volume}");
    }
    for volume in ["data", "/var/lib/a", "/srv"] {
        assert_eq!(of(volume), "false", "{volume}");
    }
}

#[test]
fn roles_that_are_put_together() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a }\naggregationRule: { clusterRoleSelectors: [ { matchLabels: { x: y } } ] }\n";
    let of = |rules: &str, path: &str| {
        let text = format!("{role}rules: {rules}\n");
        value(
            &[("r.yaml", &text)],
            "k8s.role[default/clusterrole/a]",
            path,
        )
    };
    assert_eq!(of("[]", "reads_secrets"), "? (ambiguous)");
    assert_eq!(of("[]", "wildcard"), "? (ambiguous)");
    let all = "[ { apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"] } ]";
    assert_eq!(of(all, "wildcard"), "true");
}

#[test]
fn profiles_that_come_along() {
    let base = "spring:\n  profiles:\n    group: { production: [db, web] }\n    include: common\n  datasource:\n    url: jdbc:postgresql://db/kho?sslmode=verify-full\n---\nspring.config.activate.on-profile: \"web & !local\"\nserver.error.include-stacktrace: always\n---\nspring.config.activate.on-profile: db\nspring.datasource.url: jdbc:postgresql://db/kho?sslmode=disable\n---\nspring.config.activate.on-profile: common\nspring.h2.console.enabled: true\n";
    let own = "server.port=8443\n";
    let files = [
        ("application.yml", base),
        ("application-production.properties", own),
    ];
    let of = |path: &str| value(&files, "spring[.:production]", path);
    assert_eq!(of("plain_database"), "true");
    assert_eq!(of("shows_stacktrace"), "true");
    assert_eq!(of("h2_console"), "true");
    assert_eq!(value(&files, "spring[.]", "plain_database"), "false");
    // A group without a file of its own is a profile, too; the last of two documents counts.
    let later = "spring.profiles.group.prod: a\n---\nspring.config.activate.on-profile: a\nspring.h2.console.enabled: true\n---\nspring.h2.console.enabled: false\n";
    let files = [("application.yml", later)];
    assert_eq!(value(&files, "spring[.:prod]", "h2_console"), "false");
}

#[test]
fn parts_of_many_units() {
    let unit = "[Service]\nExecStart=/a\nUser=app\nNoNewPrivileges=yes\n";
    let at = "etc/systemd/system";
    let of = |parts: &[(&str, &str)]| {
        let mut files = vec![(format!("{at}/app-web.service"), unit.to_owned())];
        files.extend(
            parts
                .iter()
                .map(|(name, lines)| (format!("{at}/{name}"), format!("[Service]\n{lines}\n"))),
        );
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        value(
            &files,
            "systemd.unit[app-web.service]",
            "nonewprivileges_on",
        )
    };
    let no = "NoNewPrivileges=no";
    assert_eq!(of(&[("service.d/a.conf", no)]), "false");
    assert_eq!(of(&[("app-.service.d/a.conf", no)]), "false");
    assert_eq!(of(&[("other-.service.d/a.conf", no)]), "true");
    // By their names, wherever they stand; of one name the unit's own.
    let own = ("app-web.service.d/a.conf", "NoNewPrivileges=yes");
    assert_eq!(of(&[("service.d/b.conf", no), own]), "false");
    assert_eq!(of(&[("service.d/a.conf", no), own]), "true");
}

#[test]
fn rules_of_sudo_are_no_secrets() {
    let dir = tree(&[("etc/sudoers.d/a", "a ALL=(ALL) NOPASSWD: ALL\n")]);
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(
        shown(subject(&out, "secret.none[password]"), "found"),
        "false"
    );
    let dir = tree(&[(
        "task.json",
        "{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"Kho!2026vn\"}]}\n",
    )]);
    let out = collect(dir.path(), "c", &cx());
    assert!(
        out.subjects
            .iter()
            .any(|s| &*s.kind == "secret-password" && s.id.contains("DB_PASSWORD"))
    );
}

#[test]
fn what_strangers_write_by_way_of_others() {
    let of = |on: &str, env: &str, step: &str, path: &str| {
        let text = format!(
            "on: {on}\npermissions: read-all\nenv: {{ {env} }}\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {step}\n"
        );
        let files = [(".github/workflows/a.yml", text.as_str())];
        value(&files, "pipeline[.github/workflows/a.yml]", path)
    };
    let body = "B: \"${{ github.event.comment.body }}\"";
    let echo = |what: &str| format!("run: echo {what}");
    let injected = |env: &str, what: &str| of("issue_comment", env, &echo(what), "injections");
    assert_eq!(injected(body, "${{ env.B }}"), "[env]");
    assert_eq!(injected(body, "${{ env['B'] }}"), "[env]");
    assert_eq!(injected(body, "$B"), "[]");
    assert_eq!(injected("B: \"${{ github.sha }}\"", "${{ env.B }}"), "[]");
    let checkout = |on: &str, at: &str| {
        let step = format!("uses: actions/checkout@v4\n      with: {{ ref: \"{at}\" }}");
        of(on, "A: b", &step, "runs_foreign_code")
    };
    let head = "${{ github.event.workflow_run.head_sha }}";
    assert_eq!(checkout("workflow_run", head), "true");
    assert_eq!(checkout("push", head), "false");
    assert_eq!(
        checkout("issue_comment", "${{ steps.c.outputs.head }}"),
        "? (ambiguous)"
    );
    assert_eq!(checkout("issue_comment", "main"), "false");
}

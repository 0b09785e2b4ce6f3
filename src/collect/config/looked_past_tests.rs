//! Ways of writing that a reader may look past: each of them opens something, and none of them may be taken for silence.

use super::tests::{cx, seen, shown, subject, tree};
use super::*;

fn read(files: &[(&str, &str)]) -> Collected {
    let dir = tree(files);
    collect(dir.path(), "c", &cx())
}

/// The value of a fact in the only file of a tree.
fn value(path: &str, text: &str, id: &str, fact: &str) -> String {
    shown(subject(&read(&[(path, text)]), id), fact)
}

fn is_unseen(shown: &str) -> bool {
    shown.starts_with("? (")
}

const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a, namespace: n }\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n";
const POD: &str = "---\napiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: n }\nspec: { containers: [ { name: c, image: a } ] }\n";

#[test]
fn policies_that_let_everybody_in() {
    for (rule, open) in [
        ("  - {}\n", true),
        ("  - from: []\n", true),
        ("  - from: [ { ipBlock: { cidr: 0.0.0.0/0 } } ]\n", true),
        ("  - from: [ { namespaceSelector: {} } ]\n", true),
        ("  - from: [ { podSelector: {} } ]\n", false),
        (
            "  - from: [ { namespaceSelector: {}, podSelector: { matchLabels: { app: a } } } ]\n",
            false,
        ),
        ("  - from: [ { ipBlock: { cidr: 10.0.0.0/8 } } ]\n", false),
        ("  - ports: [ { port: 53 } ]\n", false),
    ] {
        let text = format!("{POLICY}{rule}{POD}");
        let out = read(&[("a.yaml", &text)]);
        let namespace = subject(&out, "k8s.namespace[n]");
        assert_eq!(shown(namespace, "allows_all"), open.to_string(), "{rule}");
        assert_eq!(
            shown(namespace, "default_deny_ingress"),
            (!open).to_string(),
            "{rule}"
        );
    }
}

#[test]
fn services_and_backends_that_everybody_reaches() {
    let service = |spec: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{ name: s, namespace: n }}\nspec:\n  ports: [ {{ port: 5432 }} ]\n{spec}"
        );
        value(
            "a.yaml",
            &text,
            "k8s.service[n/service/s]",
            "published_databases",
        )
    };
    assert_eq!(
        service("  type: LoadBalancer\n  loadBalancerSourceRanges: [ 0.0.0.0/0 ]\n"),
        "[5432]"
    );
    assert_eq!(
        service("  type: LoadBalancer\n  loadBalancerSourceRanges: [ 10.0.0.0/8 ]\n"),
        "[]"
    );
    assert_eq!(service("  externalIPs: [ 203.0.113.9 ]\n"), "[5432]");
    assert_eq!(service("  type: ClusterIP\n"), "[]");
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: i, namespace: n }\nspec:\n  defaultBackend: { service: { name: a, port: { number: 80 } } }\n";
    assert_eq!(
        value("a.yaml", ingress, "k8s.ingress[n/ingress/i]", "plain_hosts"),
        "[*]"
    );
}

#[test]
fn rights_behind_stars_and_other_names() {
    let role = |rule: &str| {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{ name: r }}\nrules: [ {rule} ]\n"
        );
        value(
            "a.yaml",
            &text,
            "k8s.role[default/clusterrole/r]",
            "escalates",
        )
    };
    assert_eq!(
        role("{ apiGroups: ['*'], resources: [clusterroles], verbs: ['*'] }"),
        "true"
    );
    assert_eq!(
        role("{ apiGroups: [''], resources: ['*'], verbs: [create] }"),
        "true"
    );
    assert_eq!(
        role("{ apiGroups: [''], resources: ['*'], verbs: [get, list] }"),
        "false"
    );
    assert_eq!(
        role("{ apiGroups: [apps], resources: [deployments], verbs: ['*'] }"),
        "false"
    );
    let binding = |who: &str, fact: &str| {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{ name: b }}\nroleRef: {{ name: view }}\nsubjects: [ {who} ]\n"
        );
        value(
            "a.yaml",
            &text,
            "k8s.binding[default/clusterrolebinding/b]",
            fact,
        )
    };
    assert_eq!(
        binding(
            "{ kind: Group, name: 'system:serviceaccounts' }",
            "everybody"
        ),
        "true"
    );
    assert_eq!(
        binding(
            "{ kind: User, name: 'system:serviceaccount:shop:default' }",
            "default_account"
        ),
        "true"
    );
    assert_eq!(
        binding(
            "{ kind: User, name: 'system:serviceaccount:shop:web' }",
            "default_account"
        ),
        "false"
    );
}

#[test]
fn folders_and_accounts_of_pods() {
    let pod = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{ name: p, namespace: n }}\nspec:\n  containers: [ {{ name: c, image: a }} ]\n{spec}"
        )
    };
    let path = |at: &str| {
        let text = pod(&format!(
            "  volumes: [ {{ name: v, hostPath: {{ path: {at} }} }} ]\n"
        ));
        value(
            "a.yaml",
            &text,
            "k8s.workload[n/pod/p]",
            "sensitive_host_paths",
        )
    };
    for secret in [
        "/etc/kubernetes/pki",
        "/root/.ssh",
        "/home/an/.ssh",
        "/var/lib/docker/containers",
    ] {
        assert_eq!(path(secret), format!("[{secret}]"));
    }
    assert_eq!(path("/srv/data"), "[]");
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web, namespace: n }\nautomountServiceAccountToken: false\n";
    let text = pod("  serviceAccount: web\n") + account;
    let out = read(&[("a.yaml", &text)]);
    let workload = subject(&out, "k8s.workload[n/pod/p]");
    assert_eq!(shown(workload, "serviceaccountname"), "web");
    assert_eq!(shown(workload, "automountserviceaccounttoken"), "false");
}

#[test]
fn manifests_are_manifests_however_they_are_written() {
    let quoted = "\"apiVersion\": \"v1\"\n\"kind\": \"Pod\"\n\"metadata\":\n  \"name\": \"p\"\n\"spec\":\n  \"hostNetwork\": true\n  \"containers\": [ { \"name\": \"c\", \"image\": \"a\" } ]\n";
    let id = "k8s.workload[default/pod/p]";
    assert_eq!(value("a.yaml", quoted, id, "hostnetwork"), "true");
    let rendered = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n  mail.tmpl: |-\n    {{ define \"title\" }}\n    a: {{ .Alert }}\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  hostNetwork: true\n  containers: [ { name: c, image: a } ]\n";
    assert_eq!(value("a.yaml", rendered, id, "hostnetwork"), "true");
    // What is not rendered may be anything: nothing of it is proven not to be there.
    let template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  hostNetwork: {{ .Values.host }}\n";
    let out = read(&[("chart/templates/a.yaml", template)]);
    assert!(matches!(seen(&out, "k8s-workload"), Seen::Not(why) if why.code == "not-parsed"));
}

#[test]
fn variables_and_ranges_of_compose() {
    let service = |lines: &str, fact: &str| {
        let text = format!("services:\n  a:\n    image: a:1\n{lines}");
        value("compose.yml", &text, "compose.service[compose.yml:a]", fact)
    };
    assert_eq!(
        service("    network_mode: ${MODE:-host}\n", "host_network"),
        "true"
    );
    assert!(is_unseen(&service("    pid: ${PIDMODE}\n", "host_pid")));
    assert_eq!(
        service(
            "    cap_add: [ \"${CAP:-SYS_ADMIN}\" ]\n",
            "dangerous_capabilities"
        ),
        "[SYS_ADMIN]"
    );
    assert_eq!(
        service(
            "    ports: [ \"5430-5440:5430-5440\" ]\n",
            "published_databases"
        ),
        "[5430-5440:5430-5440]"
    );
    assert_eq!(
        service(
            "    volumes: [ \"${DOCKER_SOCK}:/var/run/docker.sock\" ]\n",
            "docker_socket"
        ),
        "true"
    );
    assert_eq!(
        service(
            "    volumes: [ \"/root/.ssh:/keys\" ]\n",
            "sensitive_mounts"
        ),
        "[/root/.ssh]"
    );
    assert!(is_unseen(&service(
        "    volumes: [ \"${DATA:?no folder}:/data\" ]\n",
        "docker_socket"
    )));
    assert_eq!(
        service("    volumes: [ \"./data:/data\" ]\n", "docker_socket"),
        "false"
    );
}

#[test]
fn groups_and_short_names_of_mysql() {
    let of = |text: &str, fact: &str| value("etc/mysql/my.cnf", text, "mysql", fact);
    assert_eq!(
        of(
            "[mysqld]\nbind-address=127.0.0.1\n[galera]\nbind-address=0.0.0.0\n",
            "listens_remotely"
        ),
        "true"
    );
    assert!(is_unseen(&of(
        "[mariadb]\nlocal-infile=1\n[mysqld-5.7]\nlocal-infile=0\n",
        "local_infile_on"
    )));
    assert!(is_unseen(&of(
        "[mariadb]\nmax_connect=5000\n",
        "max_connections_count"
    )));
    assert_eq!(
        of("[mariadb]\nmax_connections=90\n", "max_connections_count"),
        "90"
    );
}

#[test]
fn users_and_sockets_of_redis() {
    let of = |text: &str, fact: &str| value("redis.conf", text, "redis", fact);
    let user = |rules: &str| {
        of(
            &format!("user default off\nuser guest {rules}\n"),
            "password_required",
        )
    };
    assert_eq!(user("on nopass ~* +@all"), "false");
    assert_eq!(user("on nopass >Kx8vanDon26 ~* +@all"), "true");
    assert_eq!(user("off nopass ~* +@all"), "true");
    assert_eq!(
        of("port 0\nunixsocket /run/redis.sock\n", "listens_remotely"),
        "false"
    );
}

#[test]
fn roles_and_versions_of_postgresql() {
    let rule = |rules: &str, id: &str, fact: &str| {
        let out = read(&[("postgresql.conf", "ssl = on\n"), ("pg_hba.conf", rules)]);
        shown(subject(&out, id), fact)
    };
    for user in ["/^.*$", "+dba"] {
        let line = format!("host all {user} 10.0.0.0/8 scram-sha-256\n");
        let id = format!("pg_hba[host all {user} 10.0.0.0/8]");
        assert!(is_unseen(&rule(&line, &id, "reaches_superuser")), "{user}");
    }
    let refused = "hostnossl all all all reject\nhost all app 10.0.0.0/8 scram-sha-256\n";
    assert_eq!(
        rule(refused, "pg_hba[host all app 10.0.0.0/8]", "plain_remote"),
        "false"
    );
    for (at, own) in [("13", "md5"), ("15", "scram-sha-256")] {
        let path = format!("etc/postgresql/{at}/main/postgresql.conf");
        assert_eq!(
            value(&path, "ssl = on\n", "postgresql", "password_encryption"),
            own,
            "{at}"
        );
    }
}

#[test]
fn addresses_of_databases_under_any_key() {
    let out = read(&[("application.properties", "server.port=8080\n")]);
    let id = &*out
        .subjects
        .iter()
        .find(|s| &*s.kind == "spring")
        .unwrap()
        .id;
    let spring_of = |line: &str, fact: &str| {
        value(
            "application.properties",
            &format!("server.port=8080\n{line}\n"),
            id,
            fact,
        )
    };
    assert!(is_unseen(&spring_of(
        "spring.datasource.url=jdbc:oracle:thin:@10.0.0.5:1521:ORCL",
        "plain_database"
    )));
    assert_eq!(
        spring_of(
            "spring.datasource.url=jdbc:mysql:loadbalance://10.0.0.5,10.0.0.6/a",
            "plain_database"
        ),
        "true"
    );
    assert_eq!(
        spring_of(
            "spring.datasource.primary.jdbc-url=jdbc:postgresql://10.0.0.5/a",
            "plain_database"
        ),
        "true"
    );
    assert_eq!(
        spring_of("spring.datasource.url=jdbc:h2:mem:a", "plain_database"),
        "false"
    );
    assert_eq!(
        spring_of("spring.data.redis.url=redis://10.0.0.6:6379", "plain_redis"),
        "true"
    );
    assert_eq!(
        spring_of(
            "spring.data.redis.url=rediss://10.0.0.6:6379",
            "plain_redis"
        ),
        "false"
    );
    assert_eq!(
        spring_of(
            "management.endpoints.web.exposure.include[0]=env",
            "exposed_endpoints"
        ),
        "[env]"
    );
    assert!(is_unseen(&spring_of(
        "spring.config.import=optional:file:/etc/app/o.yml",
        "h2_console"
    )));
    let env = |text: &str| {
        let out = read(&[(".env", text)]);
        shown(
            out.subjects.iter().find(|s| &*s.kind == "dotenv").unwrap(),
            "plain_database",
        )
    };
    assert_eq!(
        env("APP_ENV=production\nDATABASE_URL=postgres://a:b@10.0.0.5/db?sslmode=disable\n"),
        "true"
    );
    assert_eq!(
        env("APP_ENV=production\nDATABASE_URL=postgres://a:b@10.0.0.5/db?sslmode=require\n"),
        "false"
    );
    assert!(is_unseen(&env(
        "APP_ENV=production\nAPP_URL=https://a.example\n"
    )));
}

#[test]
fn every_address_of_a_file_of_variables_counts() {
    let env = |text: &str| {
        let out = read(&[(".env", &format!("APP_ENV=production\n{text}"))]);
        let subject = out.subjects.iter().find(|s| &*s.kind == "dotenv");
        shown(subject.unwrap(), "plain_database")
    };
    let well = "DATABASE_URL=postgres://10.0.0.5/db?sslmode=require\n";
    assert_eq!(env(well), "false");
    assert_eq!(
        env(&format!("{well}REDIS_URL=redis://10.0.0.6:6379\n")),
        "true"
    );
    assert_eq!(
        env(&format!("{well}REDIS_URL=${{CACHE}}\n")),
        "? (ambiguous)"
    );
    assert_eq!(env("DATABASE_URL=${DB}\n"), "? (ambiguous)");
}

#[test]
fn a_path_that_is_not_there_reads_nothing_beside_it() {
    let dir = tree(&[(".env", "DB_PASSWORD=Kx8_vanDon26\n")]);
    let out = collect(&dir.path().join("no-such-folder"), "c", &cx());
    assert!(out.subjects.is_empty() && out.evidence.is_empty());
    assert!(matches!(seen(&out, "dotenv"), Seen::Not(_)));
}

#[test]
fn strangers_in_pipelines() {
    let of = |text: &str, fact: &str| {
        value(
            ".github/workflows/a.yml",
            text,
            "pipeline[.github/workflows/a.yml]",
            fact,
        )
    };
    let target = "on: pull_request_target\njobs:\n  a:\n    permissions: write-all\n    steps:\n";
    let run = |step: &str| format!("{target}      - {step}\n");
    assert_eq!(
        of(&run("run: gh pr checkout 1 && npm ci"), "runs_foreign_code"),
        "true"
    );
    assert_eq!(of(&run("run: npm ci"), "runs_foreign_code"), "false");
    assert_eq!(of(&run("run: npm ci"), "permissions_all"), "true");
    let branch = "github.event.pull_request.head.ref";
    assert_eq!(
        of(
            &run(&format!("run: echo ${{{{ {branch} }}}}")),
            "injections"
        ),
        format!("[{branch}]")
    );
    let script = "uses: actions/github-script@v7\n        with:\n          script: console.log(\"${{ github.event.issue.title }}\")";
    assert_eq!(of(&run(script), "injections"), "[github.event.issue.title]");
    let gitlab = "variables:\n  DB_PASSWORD: { value: Kx8_vanDon26 }\nbuild:\n  script: [ make ]\n";
    assert_eq!(
        value(
            ".gitlab-ci.yml",
            gitlab,
            "pipeline[.gitlab-ci.yml]",
            "secret_variables"
        ),
        "[DB_PASSWORD]"
    );
}

#[test]
fn scripts_of_the_network_in_images() {
    for (line, found) in [
        ("bash -c \"$(curl -fsSL https://a.example/i.sh)\"", true),
        ("bash <(curl -s https://a.example/i.sh)", true),
        (
            "VERSION=$(curl -s https://a.example/version) && make",
            false,
        ),
    ] {
        let out = read(&[("Dockerfile", &format!("FROM a:1\nRUN {line}\n"))]);
        let image = out
            .subjects
            .iter()
            .find(|s| &*s.kind == "dockerfile")
            .unwrap();
        let piped = shown(image, "piped_downloads");
        assert_eq!(piped != "[]", found, "{line}: {piped}");
    }
}

#[test]
fn units_as_systemd_reads_them() {
    const UNIT: &str = "[Service]\nExecStart=/usr/bin/app\nUser=app\n";
    let out = read(&[
        ("usr/lib/systemd/system/app.service", UNIT),
        (
            "usr/lib/systemd/system/app.service.d/10-a.conf",
            "[Service]\nNoNewPrivileges=yes\n",
        ),
        (
            "etc/systemd/system/app.service.d/10-a.conf",
            "[Service]\nNoNewPrivileges=no\n",
        ),
    ]);
    assert_eq!(
        shown(
            subject(&out, "systemd.unit[app.service]"),
            "nonewprivileges_on"
        ),
        "false"
    );
    let small = "[Service]\nExecStart=/usr/bin/app\nuser=app\n";
    let out = read(&[("etc/systemd/system/app.service", small)]);
    assert_eq!(
        shown(subject(&out, "systemd.unit[app.service]"), "runs_as_root"),
        "true"
    );
}

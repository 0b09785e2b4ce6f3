//! Files that lie over others or take others in: compose, GitLab CI, kustomize; and secrets that two tell of.

use super::tests::{cx, seen, shown, subject, tree};
use super::*;

fn read(files: &[(&str, &str)]) -> Collected {
    let dir = tree(files);
    collect(dir.path(), "c", &cx())
}

fn is_unseen(out: &Collected, id: &str, path: &str) -> bool {
    matches!(subject(out, id).facts[path].value, Value::Unseen(_))
}

fn at(out: &Collected, id: &str, path: &str) -> String {
    let place = subject(out, id).facts[path].place.as_ref();
    place.map_or_else(|| "-".into(), ToString::to_string)
}

const MAIN: &str = "services:\n  web:\n    image: nginx:1.27\n    read_only: true\n    ports: [\"127.0.0.1:80:80\"]\n    volumes: [\"/srv/web:/data\"]\n    environment:\n      A: b\n  db:\n    image: postgres:16\n";

#[test]
fn compose_files_of_changes_lie_over_the_main_one() {
    let out = read(&[
        ("docker-compose.yml", MAIN),
        (
            "docker-compose.override.yml",
            "services:\n  web:\n    privileged: true\n    ports: [\"5432:5432\"]\n    volumes: [\"./web:/data\"]\n  extra:\n    image: a:1\n",
        ),
        (
            "docker-compose.prod.yml",
            "services:\n  db:\n    read_only: true\n",
        ),
    ]);
    let web = "compose.service[docker-compose.yml:web]";
    let fact = |id: &str, path: &str| shown(subject(&out, id), path);
    assert_eq!(fact(web, "privileged"), "true");
    assert_eq!(
        at(&out, web, "privileged"),
        "c/docker-compose.override.yml:2"
    );
    assert_eq!(fact(web, "published_databases"), "[5432:5432]");
    assert_eq!(fact(web, "sensitive_mounts"), "[]");
    assert_eq!(fact(web, "read_only"), "true");
    assert_eq!(at(&out, web, "read_only"), "c/docker-compose.yml:4");
    assert_eq!(at(&out, web, "image"), "c/docker-compose.yml:3");
    let ids: Vec<&str> = out.subjects.iter().map(|s| &*s.id).collect();
    assert!(
        !ids.contains(&"compose.service[docker-compose.override.yml:web]"),
        "{ids:?}"
    );
    assert_eq!(
        fact(
            "compose.service[docker-compose.override.yml:extra]",
            "image"
        ),
        "a:1"
    );
    // Chosen by name: beside the main file's own.
    assert_eq!(
        fact("compose.service[docker-compose.prod.yml:db]", "read_only"),
        "true"
    );
    assert_eq!(
        fact("compose.service[docker-compose.prod.yml:db]", "image"),
        "postgres:16"
    );
    assert_eq!(
        fact("compose.service[docker-compose.yml:db]", "read_only"),
        "false"
    );
}

#[test]
fn compose_services_that_go_on_elsewhere() {
    let out = read(&[
        (
            "compose.yml",
            "include:\n  - more.yml\n  - path: [lost.yml]\nservices:\n  a:\n    extends: base\n    privileged: false\n  base:\n    image: x:1\n    privileged: true\n    cap_add: [SYS_ADMIN]\n  b:\n    extends: { file: common.yml, service: app }\n  c:\n    extends: { file: gone.yml, service: app }\n  d:\n    image: y:1\n    profiles: [debug]\n",
        ),
        (
            "common.yml",
            "services:\n  app:\n    image: z:1\n    network_mode: host\n",
        ),
        ("more.yml", "services:\n  m:\n    image: m:1\n"),
    ]);
    let id = |name: &str| format!("compose.service[compose.yml:{name}]");
    let fact = |name: &str, path: &str| shown(subject(&out, &id(name)), path);
    assert_eq!(fact("a", "privileged"), "false");
    assert_eq!(fact("a", "dangerous_capabilities"), "[SYS_ADMIN]");
    assert_eq!(
        at(&out, &id("a"), "dangerous_capabilities"),
        "c/compose.yml:11"
    );
    assert_eq!(fact("b", "host_network"), "true");
    assert_eq!(at(&out, &id("b"), "host_network"), "c/compose.yml:13");
    assert!(is_unseen(&out, &id("c"), "privileged"));
    assert_eq!(fact("d", "profiles"), "[debug]");
    assert_eq!(
        seen(&out, "compose-service"),
        &Seen::Not(Reason::new(
            "not-parsed",
            "c/compose.yml:3: includes lost.yml, which is not here"
        ))
    );
    // What is taken back is not known.
    let out = read(&[
        (
            "compose.yml",
            "services:\n  a:\n    image: x:1\n    privileged: true\n",
        ),
        (
            "compose.override.yml",
            "services:\n  a:\n    privileged: !reset null\n",
        ),
    ]);
    assert!(is_unseen(
        &out,
        "compose.service[compose.yml:a]",
        "read_only"
    ));
}

#[test]
fn gitlab_pipelines_take_others_in() {
    let out = read(&[
        (
            ".gitlab-ci.yml",
            "include:\n  - local: /ci/build.yml\n  - local: ci/gone.yml\n  - project: nhom/chung\n    ref: main\n    file: a.yml\n  - project: nhom/chung\n    ref: v1.2.3\n    file: b.yml\n  - template: Security/SAST.gitlab-ci.yml\n  - https://example.vn/c.yml\nbuild:\n  script: make\n",
        ),
        (
            "ci/build.yml",
            "variables:\n  DEPLOY_PASSWORD: Kho7x_vanDon\n",
        ),
    ]);
    let main = "pipeline[.gitlab-ci.yml]";
    let fact = |id: &str, path: &str| shown(subject(&out, id), path);
    assert_eq!(
        fact(main, "foreign_includes"),
        "[nhom/chung, nhom/chung, https://example.vn/c.yml]"
    );
    assert_eq!(
        fact(main, "unpinned_includes"),
        "[nhom/chung, https://example.vn/c.yml]"
    );
    let Value::List(list) = &subject(&out, main).facts["secret_variables"].value else {
        panic!()
    };
    assert!(!list.complete);
    assert_eq!(
        fact("pipeline[ci/build.yml]", "secret_variables"),
        "[DEPLOY_PASSWORD]"
    );
    assert_eq!(
        seen(&out, "pipeline"),
        &Seen::Not(Reason::new(
            "not-parsed",
            "c/.gitlab-ci.yml:3: includes ci/gone.yml, which is not here"
        ))
    );
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: nginx:1.27\n          securityContext: { runAsNonRoot: true }\n";

#[test]
fn kustomizations_change_what_they_take() {
    let out = read(&[
        (
            "base/kustomization.yaml",
            "resources: [web.yaml, job.yaml]\n",
        ),
        ("base/web.yaml", DEPLOYMENT),
        (
            "base/job.yaml",
            &DEPLOYMENT.replace("name: web }", "name: job }"),
        ),
        (
            "prod/kustomization.yaml",
            "namespace: portal\nresources: [../base]\npatches:\n  - path: root.yaml\n  - target: { kind: Deployment, name: job }\n    patch: |-\n      - op: replace\n        path: /spec/replicas\n        value: 3\n",
        ),
        (
            "prod/root.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          securityContext: { runAsNonRoot: false }\n",
        ),
    ]);
    let containers: Vec<&Subject> = out
        .subjects
        .iter()
        .filter(|s| &*s.kind == "k8s-container")
        .collect();
    assert_eq!(containers.len(), 2, "the patch is no object");
    let of = |name: &str| {
        let found = containers
            .iter()
            .find(|s| s.id.contains(&format!("/{name}")));
        *found.unwrap_or_else(|| {
            panic!(
                "{name} in {:?}",
                containers.iter().map(|s| &s.id).collect::<Vec<_>>()
            )
        })
    };
    assert!(of("web").id.contains("portal/"), "{}", of("web").id);
    assert!(matches!(
        of("web").facts["named_user"].value,
        Value::Unseen(_)
    ));
    assert_eq!(shown(of("job"), "named_user"), "true");
    assert_eq!(seen(&out, "k8s-container"), &Seen::Whole);
}

#[test]
fn kustomizations_that_take_what_is_not_here() {
    let out = read(&[
        (
            "k/kustomization.yaml",
            "resources:\n  - web.yaml\n  - https://example.vn/base?ref=v1\nimages:\n  - name: nginx\n    newTag: latest\n",
        ),
        ("k/web.yaml", DEPLOYMENT),
    ]);
    assert!(matches!(seen(&out, "k8s-container"), Seen::Not(_)));
    let web = out
        .subjects
        .iter()
        .find(|s| &*s.kind == "k8s-container")
        .unwrap();
    assert!(matches!(web.facts["image_pinned"].value, Value::Unseen(_)));
    assert_eq!(shown(web, "named_user"), "true");
}

#[test]
fn a_secret_names_the_program_that_tells_of_it_too() {
    let out = read(&[
        (
            "compose.yml",
            "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: Kho7x_vanDon\n",
        ),
        ("notes.conf", "password = Kho7x_vanDon2\n"),
    ]);
    let secret = subject(&out, "secret[compose.yml:POSTGRES_PASSWORD]");
    assert_eq!(shown(secret, "also"), "[compose.service[compose.yml:db]]");
    let other = subject(&out, "secret[notes.conf:password]");
    assert_eq!(shown(other, "also"), "[]");
}

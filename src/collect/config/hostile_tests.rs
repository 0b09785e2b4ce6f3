//! Text that no program would take, under every name: nothing panics, and every line stands inside its file.

use proptest::prelude::*;

use super::tests::{cx, tree};
use super::*;

const NAMES: [&str; 29] = [
    "Dockerfile",
    "compose.yml",
    "docker/daemon.json",
    "k.yaml",
    "apache2/apache2.conf",
    "web/.htaccess",
    "my.cnf",
    "redis.conf",
    "users.acl",
    "mongod.conf",
    "elasticsearch.yml",
    "application.yml",
    "application-prod.properties",
    ".env",
    "a.service",
    "a.service.d/x.conf",
    ".github/workflows/a.yml",
    "etc/sudoers",
    "etc/ssh/sshd_config",
    "infra/main.tf",
    "net/appsettings.json",
    "net/appsettings.Production.json",
    "conf/server.xml",
    "conf/tomcat-users.xml",
    "conf/web.xml",
    "kho/settings/base.py",
    "kho/settings/prod.py",
    "infra/override.tf",
    "infra/terraform.tfvars",
];

const WORDS: [&str; 56] = [
    "apiVersion: v1\nkind: Pod\n",
    "kind: List\nitems:\n- ",
    "---\n",
    "services:\n  a:\n    image: b\n",
    "    ports: [ 80, \"${A}:1\" ]\n",
    "spec:\n  template:\n    spec:\n      containers:\n      - image: x\n",
    "metadata: { name: a, namespace: b }\n",
    "FROM a AS b\n",
    "RUN <<EOF\n",
    "USER ${A}\n",
    "ENV PASSWORD=x\\\n",
    "<VirtualHost *:80>\n",
    "</VirtualHost>\n",
    "<IfModule !x>\n",
    "Include *.conf\n",
    "IncludeOptional /etc/*\n",
    "Define A ${A}\n",
    "SSLProtocol all -\n",
    "Header always set Strict-Transport-Security \"max-age=\n",
    "LogFormat \"%h\" x\n",
    "[mysqld]\n",
    "!includedir .\n",
    "!include my.cnf\n",
    "skip-\n",
    "include redis.conf\n",
    "user default on >x\n",
    "aclfile users.acl\n",
    "[Service]\nExecStart=/a\n",
    "Environment=\n",
    "a=b\n",
    "server.servlet.session.timeout: 99999999999999999999d\n",
    "spring.config.activate.on-profile: x\n",
    "on: pull_request_target\n",
    "run: ${{ github.head_ref }}\n",
    "# capdo:waive A-1 until=2026-13-45 reason=\"\n",
    "Defaults !authenticate\n",
    "Match User a\n",
    "Include sshd_config\n",
    "password: Hanoi#2024\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "&a [*a, *b]\n",
    "\t{ \"a\": // b\n",
    "${A:${B}}\n",
    "\\",
    "<Server port=\"${a}\"><Connector/></Server>",
    "<tomcat-users><user name=\"a\" password=\"Hanoi#2024\"/></tomcat-users>",
    "<web-app><session-timeout>9</session-timeout></web-app>",
    "MIDDLEWARE = ['a', *B]\n",
    "from .base import *\n",
    "ALLOWED_HOSTS += ['*']\n",
    "{\"ConnectionStrings\": {\"a\": \"Server=x;Password=Hanoi#2024\"}}\n",
    "variable \"a\" {\n  default = var.a\n}\n",
    "locals {\n  a = [local.a, local.b]\n}\n",
    "resource \"aws_security_group\" \"a\" {\n  ingress {\n    cidr_blocks = local.a\n  }\n}\n",
    "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"${var.a}-x\"\n  policy = jsonencode({a = 1})\n}\n",
    "module \"m\" {\n  source = \"./\"\n  a = var.a\n}\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::parse::cases().min(4096) / 5))]
    #[test]
    fn collecting_never_panics_and_lines_stay_inside(
        words in proptest::collection::vec(0..WORDS.len(), 0..40),
        rest in r#"([^a]|[;{}'"\\$@/,.\[\]:-]){0,12}"#
    ) {
        let mut text: String = words.into_iter().map(|at| WORDS[at]).collect();
        text.push_str(&rest);
        let lines = u32::try_from(text.lines().count().max(1)).unwrap();
        let files: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, text.as_str())).collect();
        let dir = tree(&files);
        let out = collect(dir.path(), "c", &cx());
        for subject in &out.subjects {
            let facts = subject.facts.values().chain(&subject.other);
            let places = facts.filter_map(|f| f.place.as_ref()).chain(&subject.place);
            for place in places {
                prop_assert!(place.line <= lines, "{place} of {lines}: {}", subject.id);
            }
            let shown = format!("{subject:?}");
            prop_assert!(!shown.contains("Hanoi#2024"), "{shown}");
        }
    }
}

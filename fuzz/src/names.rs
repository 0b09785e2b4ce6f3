//! The names that files of an input have. `fuzz/seed` reads them here: one name a line, a list for each target.

/// Configuration.
pub const CONFIG: &[&str] = &[
    "nginx/nginx.conf",
    "nginx/conf.d/a.conf",
    "apache2/apache2.conf",
    "web/.htaccess",
    "postgresql/postgresql.conf",
    "postgresql/pg_hba.conf",
    "postgresql/pg_ident.conf",
    "my.cnf",
    "redis.conf",
    "users.acl",
    "mongod.conf",
    "elasticsearch.yml",
    "Dockerfile",
    "compose.yml",
    "compose.override.yml",
    "docker/daemon.json",
    "k8s/k.yaml",
    "k8s/kustomization.yaml",
    "application.yml",
    "application-prod.properties",
    ".env",
    "a.service",
    "a.service.d/x.conf",
    ".github/workflows/a.yml",
    ".gitlab-ci.yml",
    "infra/main.tf",
    "infra/net.tf.json",
    "infra/override.tf",
    "infra/terraform.tfvars",
    "net/appsettings.json",
    "net/appsettings.Production.json",
    "conf/server.xml",
    "conf/tomcat-users.xml",
    "conf/web.xml",
    "kho/settings.py",
    "haproxy.cfg",
    "postfix/main.cf",
    "postfix/master.cf",
    "rabbitmq.conf",
    "advanced.config",
    "server.properties",
    "chrony/chrony.conf",
    "nftables.conf",
    "rules.v4",
    "etc/logrotate.conf",
    "etc/logrotate.d/a",
    "etc/sysctl.d/a.conf",
    "etc/audit/rules.d/a.rules",
    "etc/audit/auditd.conf",
    "etc/ssh/sshd_config",
    "etc/sudoers",
    "etc/pam.d/common-auth",
    "etc/rsyslog.conf",
    "etc/login.defs",
    "notes.txt",
];

/// Schemas and interfaces.
pub const SCHEMA: &[&str] = &[
    "a.sql",
    "b.sql",
    "api.yaml",
    "api.json",
    "a.avsc",
    "a.avdl",
    "a.proto",
    "schema.prisma",
    "rows.csv",
];

/// Labels.
pub const LABEL: &[&str] = &[
    "a.zpl",
    "a.epl",
    "a.tspl",
    "a.html",
    "a.jsx",
    "a.txt",
    "a.pdf",
    "a.svg",
    "part.html",
    "a.prn",
];

/// Lists of callers, exchanges of telephones and their traces.
pub const CALLER: &[&str] = &[
    "brandnames.csv",
    "numbers.csv",
    "calls.csv",
    "roster.csv",
    "sip/pjsip.conf",
    "sip/kamailio.cfg",
    "sip/gateway.xml",
    "traces/a.txt",
    "app/AndroidManifest.xml",
    "app/a.kt",
];

/// What is recorded of hosts and endpoints.
pub const RECORD: &[&str] = &["answer", "bundle", "endpoint.jsonl"];

/// Files that users of this program write.
pub const USER: &[&str] = &[
    "capdo.yaml",
    "waivers.yaml",
    "attestations.yaml",
    "SRV-AUD-001.yaml",
];

/// Parsers that are asked by themselves.
pub const PARSERS: &[&str] = &[
    "apache",
    "dockerfile",
    "haproxy",
    "tf",
    "tf.json",
    "mysql",
    "nginx",
    "postfix-main",
    "postfix-master",
    "postgres",
    "pg_hba",
    "properties",
    "python",
    "rabbitmq",
    "redis",
    "yaml",
    "json",
    "nft",
    "iptables",
    "logrotate",
    "pam",
    "rsyslog",
    "sshd",
    "sudoers",
    "xml",
    "ini",
    "fstab",
    "sources",
];

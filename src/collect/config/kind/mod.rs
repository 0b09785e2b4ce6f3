//! What a file is: by its name, by where it lies, by what stands in it.

use super::postgresql::guc;
use crate::parse::{apache, postgres, redis};

mod names;
mod nginx;
mod servers;
mod yaml;

pub(super) use names::{by_name, is_archive, is_file_name};

/// Does the name say that nobody runs it?
pub(super) fn is_example(path: &str) -> bool {
    names::left_out(path) == Some("an example")
}

/// A kind of configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// nginx, whole or a part that others include.
    Nginx,
    /// `postgresql.conf` or a part of it.
    Postgres,
    /// `pg_hba.conf`.
    Hba,
    /// `pg_ident.conf`.
    Ident,
    /// Apache httpd, whole or a part that others include.
    Apache,
    /// `.htaccess`.
    Htaccess,
    /// MySQL or MariaDB, whole or a part.
    Mysql,
    /// Redis or Valkey, whole or a part.
    Redis,
    /// A list of users of Redis.
    RedisAcl,
    /// MongoDB.
    Mongodb,
    /// Elasticsearch or OpenSearch.
    Elastic,
    /// What an image is built from.
    Dockerfile,
    /// A compose file.
    Compose,
    /// `daemon.json` of Docker.
    DockerDaemon,
    /// Manifests of Kubernetes.
    Kubernetes,
    /// `kustomization.yaml`: which manifests are taken and what is changed in them.
    Kustomize,
    /// `application.yml` or `.properties` of Spring Boot.
    Spring,
    /// `.env` of an application.
    DotEnv,
    /// A file of `/etc` that the readers for servers know: sshd, sudo, PAM, rsyslog.
    Host,
    /// A systemd unit or a part of one.
    Unit,
    /// A pipeline of GitHub Actions or GitLab CI.
    Pipeline,
    /// `appsettings.json` of .NET.
    Dotnet,
    /// Settings of Django.
    Django,
    /// `server.xml`, `tomcat-users.xml`, `web.xml`.
    Tomcat,
    /// Terraform: modules, variables, values.
    Terraform,
    /// HAProxy, whole or a part.
    Haproxy,
    /// `main.cf` of Postfix.
    Postfix,
    /// `master.cf` of Postfix.
    PostfixMaster,
    /// `rabbitmq.conf` or a part of it.
    Rabbitmq,
    /// `advanced.config` of RabbitMQ, which is not read.
    RabbitmqAdvanced,
    /// `server.properties` of Kafka.
    Kafka,
    /// chrony, whole or a part.
    Chrony,
    /// Rules of nftables.
    Nftables,
    /// What `iptables-save` wrote.
    Iptables,
    /// logrotate, whole or a part.
    Logrotate,
    /// Settings of the kernel.
    Sysctl,
    /// `auditd.conf` or rules of the kernel's audit.
    Auditd,
    /// An archive: named and left alone.
    Archive,
    /// Not recognised: why.
    Unknown(&'static str),
}

impl Kind {
    /// Its name, where it is one that is read.
    pub(super) fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Nginx => "nginx",
            Self::Postgres => "postgresql",
            Self::Hba => "pg_hba",
            Self::Ident => "pg_ident",
            Self::Apache => "apache",
            Self::Htaccess => "htaccess",
            Self::Mysql => "mysql",
            Self::Redis => "redis",
            Self::RedisAcl => "redis-acl",
            Self::Mongodb => "mongodb",
            Self::Elastic => "elasticsearch",
            Self::Dockerfile => "dockerfile",
            Self::Compose => "compose",
            Self::DockerDaemon => "docker-daemon",
            Self::Kubernetes => "kubernetes",
            Self::Kustomize => "kustomize",
            Self::Spring => "spring",
            Self::DotEnv => "dotenv",
            Self::Host => "host",
            Self::Unit => "systemd-unit",
            Self::Pipeline => "pipeline",
            Self::Dotnet => "dotnet",
            Self::Django => "django",
            Self::Tomcat => "tomcat",
            Self::Terraform => "terraform",
            Self::Haproxy => "haproxy",
            Self::Postfix => "postfix",
            Self::PostfixMaster => "postfix-master",
            Self::Rabbitmq => "rabbitmq",
            Self::RabbitmqAdvanced => "rabbitmq-advanced",
            Self::Kafka => "kafka",
            Self::Chrony => "chrony",
            Self::Nftables => "nftables",
            Self::Iptables => "iptables",
            Self::Logrotate => "logrotate",
            Self::Sysctl => "sysctl",
            Self::Auditd => "auditd",
            Self::Archive | Self::Unknown(_) => return None,
        })
    }
}

/// What the collector of servers reads where a host is looked at as a whole.
pub(super) const OF_HOSTS: [Kind; 8] = [
    Kind::Host,
    Kind::Unit,
    Kind::Chrony,
    Kind::Nftables,
    Kind::Iptables,
    Kind::Logrotate,
    Kind::Sysctl,
    Kind::Auditd,
];

/// Tells the kind of a file.
pub(super) fn of(path: &str, text: &str) -> Kind {
    if let Some(kind) = names::by_name(path) {
        return corrected(kind, path, text);
    }
    if let Some(why) = names::left_out(path) {
        return Kind::Unknown(why);
    }
    if names::is_yaml(path) {
        return yaml::of(path, text);
    }
    if text.len() > MAX_UNNAMED {
        return Kind::Unknown("too large to be a configuration");
    }
    if path.ends_with(".json") {
        return yaml::of_json(text);
    }
    if names::is_code(path) {
        return Kind::Unknown("not recognised");
    }
    by_content(text).unwrap_or(Kind::Unknown("not recognised"))
}

/// May a file of this name be of the kind, as only its text would tell?
pub(super) fn may_be(path: &str, kind: Kind) -> bool {
    if names::by_name(path).is_some() || names::left_out(path).is_some() {
        return false;
    }
    let ends = |end: &str| path.to_ascii_lowercase().ends_with(end);
    if names::is_yaml(path) {
        [Kind::Kubernetes, Kind::Compose].contains(&kind)
    } else if ends(".json") {
        [Kind::Kubernetes, Kind::DockerDaemon].contains(&kind)
    } else if ends(".conf") {
        [Kind::Nginx, Kind::Apache, Kind::Postgres].contains(&kind)
    } else {
        ends(".cnf") && kind == Kind::Mysql
    }
}

/// Why a file is not read that becomes one of a program once it is rendered.
pub(super) const TEMPLATE: &str = "a template that is not rendered";

/// What a name says, where the text does not say other.
fn corrected(kind: Kind, path: &str, text: &str) -> Kind {
    let from_chart = [Kind::Compose, Kind::Pipeline, Kind::Spring].contains(&kind);
    if from_chart && names::is_template(path, text) {
        return Kind::Unknown(TEMPLATE);
    }
    // Others have files of these names too.
    if kind == Kind::Django && !DJANGO.iter().any(|name| text.contains(name)) {
        return Kind::Unknown("not recognised");
    }
    if kind == Kind::Tomcat && !TOMCAT.iter().any(|tag| text.contains(tag)) {
        return Kind::Unknown("not recognised");
    }
    // Objects of Kubernetes and interfaces are called `application` too.
    if kind == Kind::Spring && yaml::is_manifest(text) {
        return Kind::Kubernetes;
    }
    if kind == Kind::Spring && yaml::is_interface(text) {
        return Kind::Unknown("the description of an interface");
    }
    if !servers::holds(kind, text) {
        return by_content(text).unwrap_or(Kind::Unknown("not recognised"));
    }
    kind
}

/// Is the first line that says something a rule of who may log in? Told without reading the rest.
fn may_be_rules(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        let word = line.split(|c: char| c.is_whitespace() || c == ',').next();
        HBA_TYPES.contains(&word.unwrap_or_default().trim_matches('"'))
    })
}

fn is_rules(text: &str) -> bool {
    let (rows, _) = postgres::rows(text);
    let is_rule = |row: &postgres::Row| {
        row.fields.len() >= 4
            && row.fields[0]
                .first()
                .is_some_and(|w| HBA_TYPES.contains(&w.text.as_str()))
    };
    !rows.is_empty() && rows.iter().all(is_rule)
}

fn by_content(text: &str) -> Option<Kind> {
    if may_be_rules(text) && is_rules(text) {
        return Some(Kind::Hba);
    }
    let conf = postgres::conf(text);
    let known = conf
        .items
        .iter()
        .filter(|i| guc::find(&i.name).is_some())
        .count();
    if known > 0 && known * 5 >= (conf.items.len() + conf.problems.len()) * 4 {
        return Some(Kind::Postgres);
    }
    if is_mysql(text) {
        return Some(Kind::Mysql);
    }
    if redis::is_acl(text) {
        return Some(Kind::RedisAcl);
    }
    if let Some(kind) = servers::by_content(text) {
        return Some(kind);
    }
    if apache::looks_like(text) {
        return Some(Kind::Apache);
    }
    nginx::is_nginx(text).then_some(Kind::Nginx)
}

/// Has a group that the server of MySQL or MariaDB reads.
fn is_mysql(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        ["[mysqld", "[mariadb", "[mariadbd", "[client-server]"]
            .iter()
            .any(|group| line.to_ascii_lowercase().starts_with(group))
            && line.ends_with(']')
    })
}

/// Names that settings of Django have.
const DJANGO: [&str; 8] = [
    "INSTALLED_APPS",
    "ROOT_URLCONF",
    "MIDDLEWARE",
    "ALLOWED_HOSTS",
    "WSGI_APPLICATION",
    "SESSION_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    // What lies over another file may say nothing of its own.
    "import *",
];

/// Tags that only files of Tomcat and of its applications have.
const TOMCAT: [&str; 3] = ["<Server", "<tomcat-users", "<web-app"];

/// A file without a telling name is looked into up to this many bytes.
const MAX_UNNAMED: usize = 1024 * 1024;

/// The words that a rule of `pg_hba.conf` begins with.
pub(super) const HBA_TYPES: [&str; 6] = [
    "local",
    "host",
    "hostssl",
    "hostnossl",
    "hostgssenc",
    "hostnogssenc",
];

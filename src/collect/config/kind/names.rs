//! What the name and the place of a file say.

use super::Kind;
use super::nginx::NGINX_NAMES;

/// The kind that the name alone says.
pub(in super::super) fn by_name(path: &str) -> Option<Kind> {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if is_archive(name) {
        return Some(Kind::Archive);
    }
    if left_out(&lower).is_some() {
        return None;
    }
    let kinds: [fn(&str, &str) -> Option<Kind>; 5] =
        [databases, containers, web, hosts, super::servers::by_name];
    kinds.iter().find_map(|kind| kind(folder, name))
}

fn databases(folder: &str, name: &str) -> Option<Kind> {
    if name.contains("pg_hba") {
        Some(Kind::Hba)
    } else if name.contains("pg_ident") {
        Some(Kind::Ident)
    } else if name.starts_with("postgresql") && name.ends_with(".conf") {
        Some(Kind::Postgres)
    } else if ["my.cnf", ".my.cnf", "my.ini", "mysqld.cnf", "mariadb.cnf"].contains(&name)
        || (name.ends_with(".cnf")
            && folder
                .split('/')
                .any(|part| ["mysql", "mariadb", "my.cnf.d"].contains(&part)))
    {
        Some(Kind::Mysql)
    } else if (name.starts_with("redis") || name.starts_with("valkey"))
        && name.ends_with(".conf")
        && !name.contains("sentinel")
    {
        Some(Kind::Redis)
    } else if name.starts_with("mongod") && (name.ends_with(".conf") || is_yaml(name)) {
        Some(Kind::Mongodb)
    } else if ["elasticsearch.yml", "opensearch.yml"].contains(&name) {
        Some(Kind::Elastic)
    } else if name == "users.acl" {
        Some(Kind::RedisAcl)
    } else {
        None
    }
}

fn containers(folder: &str, name: &str) -> Option<Kind> {
    let yaml = is_yaml(name);
    if name == "dockerfile"
        || name == "containerfile"
        || name.ends_with(".dockerfile")
        || name.ends_with(".containerfile")
        || (name.starts_with("dockerfile.") && !is_code(name))
    {
        Some(Kind::Dockerfile)
    } else if yaml && (name.starts_with("docker-compose") || name.starts_with("compose.")) {
        Some(Kind::Compose)
    } else if [".tf", ".tf.json", ".tfvars", ".tfvars.json"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        Some(Kind::Terraform)
    } else if ["kustomization.yaml", "kustomization.yml", "kustomization"].contains(&name) {
        Some(Kind::Kustomize)
    } else if name == "daemon.json" && folder.ends_with("docker") {
        Some(Kind::DockerDaemon)
    } else if yaml
        && (folder.ends_with(".github/workflows")
            || name.starts_with(".gitlab-ci")
            || name.ends_with(".gitlab-ci.yml"))
    {
        Some(Kind::Pipeline)
    } else {
        None
    }
}

fn web(folder: &str, name: &str) -> Option<Kind> {
    if (name.starts_with("nginx") && name.ends_with(".conf"))
        || name.ends_with(".nginx")
        || NGINX_NAMES.contains(&name)
    {
        return Some(Kind::Nginx);
    }
    if name == "appsettings.json" || (name.starts_with("appsettings.") && name.ends_with(".json")) {
        return Some(Kind::Dotnet);
    }
    if ["server.xml", "tomcat-users.xml", "web.xml"].contains(&name) {
        return Some(Kind::Tomcat);
    }
    if name == "settings.py"
        || name == "local_settings.py"
        || (name.ends_with(".py") && folder.rsplit('/').next() == Some("settings"))
    {
        return Some(Kind::Django);
    }
    if name == ".htaccess" {
        return Some(Kind::Htaccess);
    }
    let apache_folder = folder
        .split('/')
        .any(|part| ["apache2", "httpd", "apache"].contains(&part));
    if ["apache2.conf", "httpd.conf"].contains(&name)
        || (apache_folder && (name.ends_with(".conf") || name.ends_with(".load")))
    {
        return Some(Kind::Apache);
    }
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"))
        .or_else(|| name.strip_suffix(".properties"));
    if stem.is_some_and(|stem| {
        ["application", "bootstrap"].iter().any(|own| {
            stem.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }) {
        return Some(Kind::Spring);
    }
    (name == ".env" || name.starts_with(".env.") || (name.ends_with(".env") && name.len() > 4))
        .then_some(Kind::DotEnv)
}

fn hosts(folder: &str, name: &str) -> Option<Kind> {
    let inside = |own: &str| folder == own || folder.ends_with(&format!("/{own}"));
    let host = [
        "sshd_config",
        "sudoers",
        "rsyslog.conf",
        "login.defs",
        "pwquality.conf",
        "faillock.conf",
    ]
    .contains(&name)
        || (inside("sshd_config.d") && name.ends_with(".conf"))
        || (inside("rsyslog.d") && name.ends_with(".conf"))
        || inside("sudoers.d")
        || inside("pam.d");
    if host {
        return Some(Kind::Host);
    }
    let unit = name.ends_with(".service") || name.ends_with(".socket") || name.ends_with(".timer");
    let part = name.ends_with(".conf")
        && folder
            .rsplit('/')
            .next()
            .is_some_and(|last| last.ends_with(".service.d") || last == "service.d");
    (unit || part).then_some(Kind::Unit)
}

/// Why a file is not read although its name might say something: copies, examples.
pub(super) fn left_out(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    if COPIES.iter().any(|end| name.ends_with(end)) {
        return Some("a copy that no program reads");
    }
    let example = EXAMPLES
        .iter()
        .any(|word| name.ends_with(word) || name.contains(&format!("{word}.")));
    example.then_some("an example")
}

/// Does it end as the name of a text that configures something?
pub(in super::super) fn is_file_name(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    TEXTS.iter().any(|end| lower.ends_with(end))
}

/// Is it an archive?
pub(in super::super) fn is_archive(name: &str) -> bool {
    ARCHIVES.iter().any(|end| name.ends_with(end))
}

/// Is it YAML by its name?
pub(in super::super) fn is_yaml(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.ends_with(".yml") || lower.ends_with(".yaml")
}

/// A template of Helm, Jinja or Go: it is no YAML before it is rendered.
pub(super) fn is_template(path: &str, text: &str) -> bool {
    // GitHub writes `${{ … }}`, which is no template.
    let is_mark = |line: &str| {
        line.starts_with("{{")
            || line.starts_with("{%")
            || line.contains(": {{")
            || line.starts_with("- {{")
    };
    // A text within a value may hold the marks of another program: Alertmanager's, Grafana's.
    let mut within: Option<usize> = None;
    let mut marked = false;
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if within.is_some_and(|of| bare.is_empty() || indent > of) {
            continue;
        }
        marked |= is_mark(bare);
        within = begins_text(bare).then_some(indent);
    }
    marked && is_yaml(path)
}

/// Does the value of this line go on as a block of text: `key: |`, `- >-`?
fn begins_text(line: &str) -> bool {
    let end = line.trim_end();
    let Some((before, mark)) = end.rsplit_once(' ') else {
        return false;
    };
    let is_block = mark.starts_with(['|', '>'])
        && mark[1..]
            .chars()
            .all(|c| c == '-' || c == '+' || c.is_ascii_digit());
    is_block && (before.trim_end().ends_with([':', '-']))
}

/// Source code, text for people, data: no program is configured by it.
pub(in super::super) fn is_code(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    name.rsplit_once('.')
        .is_some_and(|(_, end)| CODE.contains(&end))
}

/// Copies that no program reads.
const COPIES: [&str; 11] = [
    ".bak",
    ".orig",
    ".old",
    ".dpkg-old",
    ".dpkg-dist",
    ".dpkg-new",
    ".rpmsave",
    ".rpmnew",
    "~",
    ".swp",
    ".disabled",
];

/// Words at the end of a name, or before another ending, that say that nobody runs it.
const EXAMPLES: [&str; 5] = [".sample", ".example", ".dist", ".template", ".tmpl"];

const TEXTS: [&str; 12] = [
    ".conf",
    ".yml",
    ".yaml",
    ".json",
    ".properties",
    ".cnf",
    ".ini",
    ".env",
    ".xml",
    ".toml",
    ".service",
    ".htaccess",
];

const ARCHIVES: [&str; 20] = [
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".jar", ".war", ".ear",
    ".deb", ".rpm", ".apk", ".iso", ".whl", ".gem", ".nupkg", ".lz4",
];

const CODE: [&str; 55] = [
    "md", "markdown", "rst", "adoc", "txt", "html", "htm", "css", "scss", "less", "svg", "xml",
    "xsd", "xsl", "js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "java", "kt", "scala", "groovy",
    "gradle", "py", "rb", "php", "go", "rs", "c", "h", "cpp", "hpp", "cs", "swift", "sh", "bash",
    "ps1", "bat", "sql", "csv", "tsv", "json", "lock", "toml", "map", "proto", "graphql", "lua",
    "pl", "tf", "pem", "crt",
];

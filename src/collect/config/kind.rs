//! What a file is: by its name, by where it lies, by what stands in it.

use super::postgresql::guc;
use crate::parse::{nginx, postgres};

/// A kind of configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// nginx, whole or a part that others include.
    Nginx,
    /// `postgresql.conf` or a part of it.
    Postgres,
    /// `pg_hba.conf`.
    Hba,
    /// `pg_ident.conf`.
    Ident,
    /// Not recognised: why.
    Unknown(&'static str),
}

/// Tells the kind of a file.
pub(super) fn of(path: &str, text: &str) -> Kind {
    if by_name(path).is_none() && text.len() > MAX_UNNAMED {
        return Kind::Unknown("too large to be a configuration");
    }
    by_name(path)
        .or_else(|| by_content(path, text))
        .unwrap_or(Kind::Unknown("not recognised"))
}

/// The kind that the name alone says.
pub(super) fn by_name(path: &str) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if IGNORED_ENDS.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    if name.contains("pg_hba") {
        Some(Kind::Hba)
    } else if name.contains("pg_ident") {
        Some(Kind::Ident)
    } else if name.starts_with("postgresql") && name.ends_with(".conf") {
        Some(Kind::Postgres)
    } else if (name.starts_with("nginx") && name.ends_with(".conf"))
        || name.ends_with(".nginx")
        || NGINX_NAMES.contains(&name.as_str())
    {
        Some(Kind::Nginx)
    } else {
        None
    }
}

fn by_content(path: &str, text: &str) -> Option<Kind> {
    if IGNORED_ENDS.iter().any(|end| path.ends_with(end)) {
        return None;
    }
    let (rows, _) = postgres::rows(text);
    let is_rule = |row: &postgres::Row| {
        row.fields.len() >= 4
            && row.fields[0]
                .first()
                .is_some_and(|w| HBA_TYPES.contains(&w.text.as_str()))
    };
    if !rows.is_empty() && rows.iter().all(is_rule) {
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
    is_nginx(text).then_some(Kind::Nginx)
}

/// Mostly directives that nginx has, and at least one of them.
fn is_nginx(text: &str) -> bool {
    let file = nginx::parse(text);
    let known = file.directives.iter().filter(|d| is_directive(d)).count();
    known > 0 && known * 3 >= (file.directives.len() + file.problems.len()) * 2
}

fn is_directive(directive: &nginx::Directive) -> bool {
    let name = directive.name.as_str();
    match &directive.block {
        Some(_) => NGINX_BLOCKS.contains(&name) || name.ends_with("_by_lua_block"),
        None => {
            !directive.args.is_empty()
                && (NGINX_SIMPLE.contains(&name)
                    || NGINX_PREFIXES.iter().any(|p| name.starts_with(p)))
        }
    }
}

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

/// Copies that no program reads.
const IGNORED_ENDS: [&str; 12] = [
    ".bak",
    ".orig",
    ".old",
    ".dpkg-old",
    ".dpkg-dist",
    ".rpmsave",
    ".rpmnew",
    "~",
    ".swp",
    ".sample",
    ".md",
    ".disabled",
];

const NGINX_NAMES: [&str; 11] = [
    "mime.types",
    "fastcgi_params",
    "fastcgi.conf",
    "scgi_params",
    "uwsgi_params",
    "proxy_params",
    "koi-utf",
    "koi-win",
    "win-utf",
    "fastcgi-php.conf",
    "ssl-params.conf",
];

const NGINX_BLOCKS: [&str; 15] = [
    "http",
    "events",
    "server",
    "location",
    "upstream",
    "map",
    "geo",
    "types",
    "if",
    "stream",
    "mail",
    "limit_except",
    "split_clients",
    "charset_map",
    "match",
];

const NGINX_PREFIXES: [&str; 22] = [
    "ssl_",
    "proxy_",
    "fastcgi_",
    "uwsgi_",
    "scgi_",
    "grpc_",
    "gzip",
    "client_",
    "keepalive_",
    "limit_",
    "real_ip_",
    "auth_basic",
    "auth_request",
    "worker_",
    "open_file_cache",
    "large_client_",
    "lua_",
    "memcached_",
    "sub_filter",
    "http2",
    "brotli",
    "modsecurity",
];

const NGINX_SIMPLE: [&str; 41] = [
    "listen",
    "server_name",
    "server_tokens",
    "root",
    "alias",
    "index",
    "try_files",
    "return",
    "rewrite",
    "add_header",
    "access_log",
    "error_log",
    "error_page",
    "log_format",
    "include",
    "user",
    "pid",
    "load_module",
    "sendfile",
    "tcp_nopush",
    "tcp_nodelay",
    "types_hash_max_size",
    "default_type",
    "autoindex",
    "allow",
    "deny",
    "satisfy",
    "expires",
    "set",
    "set_real_ip_from",
    "resolver",
    "send_timeout",
    "server_names_hash_bucket_size",
    "stub_status",
    "charset",
    "internal",
    "etag",
    "merge_slashes",
    "more_set_headers",
    "more_clear_headers",
    "aio",
];

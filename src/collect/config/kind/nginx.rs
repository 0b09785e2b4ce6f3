//! nginx told by what stands in a file: its blocks and directives.

use crate::parse::nginx;

/// Mostly directives that nginx has, and at least one of them.
pub(super) fn is_nginx(text: &str) -> bool {
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

/// Files that its packages bring.
pub(super) const NGINX_NAMES: [&str; 11] = [
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

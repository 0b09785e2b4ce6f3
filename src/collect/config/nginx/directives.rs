//! The directives that controls name: their shape and nginx's own value.
//!
//! Own values are those of nginx 1.22.1 (Debian 12), which 1.24 shares but for one: since 1.23.4 `ssl_protocols` has
//! TLSv1.3 as well, and since 1.27.3 no longer TLSv1 and TLSv1.1.

/// What a directive takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One value; of two lines nginx takes none, we take the last.
    One,
    /// A set of words; several lines of a level add up.
    Words,
    /// One line for each of several things.
    Lines,
}

/// A directive with its shape and nginx's own value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) default: Option<&'static str>,
}

/// The directive of this name; unknown ones take one value.
pub(super) fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|k| k.name == name)
}

/// The version whose own values these are.
pub(super) const VERSION: &str = "1.22.1";

const fn one(name: &'static str, default: &'static str) -> Known {
    Known {
        name,
        shape: Shape::One,
        default: Some(default),
    }
}

const fn lines(name: &'static str) -> Known {
    Known {
        name,
        shape: Shape::Lines,
        default: None,
    }
}

/// Shape and own value of each.
pub(super) const KNOWN: [Known; 67] = [
    Known {
        name: "ssl_protocols",
        shape: Shape::Words,
        default: Some("TLSv1 TLSv1.1 TLSv1.2"),
    },
    one("ssl_ciphers", "HIGH:!aNULL:!MD5"),
    one("ssl_prefer_server_ciphers", "off"),
    one("ssl_session_timeout", "5m"),
    one("ssl_session_cache", "none"),
    one("ssl_session_tickets", "on"),
    one("ssl_stapling", "off"),
    one("ssl_verify_client", "off"),
    one("ssl_early_data", "off"),
    one("ssl_ecdh_curve", "auto"),
    one("server_tokens", "on"),
    one("autoindex", "off"),
    one("client_header_timeout", "60s"),
    one("client_body_timeout", "60s"),
    one("send_timeout", "60s"),
    one("keepalive_timeout", "75s"),
    one("keepalive_requests", "1000"),
    one("client_max_body_size", "1m"),
    one("client_body_buffer_size", "16k"),
    one("client_header_buffer_size", "1k"),
    one("large_client_header_buffers", "4 8k"),
    one("merge_slashes", "on"),
    one("ignore_invalid_headers", "on"),
    one("underscores_in_headers", "off"),
    one("disable_symlinks", "off"),
    one("reset_timedout_connection", "off"),
    one("auth_basic", "off"),
    one("satisfy", "all"),
    one("proxy_ssl_verify", "off"),
    one("proxy_connect_timeout", "60s"),
    one("proxy_read_timeout", "60s"),
    one("proxy_send_timeout", "60s"),
    one("gzip", "off"),
    one("limit_req_status", "503"),
    one("limit_conn_status", "503"),
    Known {
        name: "proxy_ssl_protocols",
        shape: Shape::Words,
        default: Some("TLSv1 TLSv1.1 TLSv1.2"),
    },
    Known {
        name: "access_log",
        shape: Shape::Lines,
        default: Some("/var/log/nginx/access.log combined"),
    },
    Known {
        name: "error_log",
        shape: Shape::Lines,
        default: Some("/var/log/nginx/error.log error"),
    },
    lines("ssl_certificate"),
    lines("ssl_certificate_key"),
    lines("ssl_conf_command"),
    lines("listen"),
    Known {
        name: "server_name",
        shape: Shape::Words,
        default: Some(""),
    },
    lines("add_header"),
    lines("add_trailer"),
    lines("proxy_set_header"),
    lines("proxy_hide_header"),
    lines("grpc_set_header"),
    lines("fastcgi_param"),
    lines("uwsgi_param"),
    lines("scgi_param"),
    lines("error_page"),
    lines("limit_req"),
    lines("limit_conn"),
    lines("limit_req_zone"),
    lines("limit_conn_zone"),
    lines("log_format"),
    lines("allow"),
    lines("deny"),
    lines("rewrite"),
    lines("set"),
    lines("set_real_ip_from"),
    lines("return"),
    lines("more_set_headers"),
    lines("sub_filter"),
    lines("load_module"),
    lines("include"),
];

//! What nginx itself does with a configuration, checked against the program where that tells.

use super::super::collect;
use super::super::tests::{cx, seen, shown, subject, tree};
use crate::model::{Collected, Seen};

/// What comes out of one `nginx.conf` with these lines at the http level.
fn http(lines: &str) -> Collected {
    let dir = tree(&[(
        "nginx.conf",
        &format!("events {{}}\nhttp {{\n{lines}\n}}\n"),
    )]);
    collect(dir.path(), "c", &cx())
}

fn of(out: &Collected, name: &str, path: &str) -> String {
    shown(subject(out, &format!("nginx.server[{name}]")), path)
}

#[test]
fn only_a_redirect_of_all_paths_is_one() {
    let out = http(
        "server { listen 80; server_name a; rewrite ^/login$ https://a/login permanent; location / { root /srv; } }\n\
         server { listen 80; server_name b; location / { rewrite ^/old$ https://b/new permanent; root /srv; } }\n\
         server { listen 80; server_name c; if ($scheme = https) { return 301 https://www.c; } location / { root /srv; } }\n\
         server { listen 80; server_name d; location = / { return 301 https://d; } }\n\
         server { listen 80; server_name e; location / { return 301 https://e; location /x { root /srv; } } }\n\
         server { listen 80; server_name f; rewrite ^/x /y last; return 301 https://f; }\n\
         server { listen 80; server_name g; satisfy any; deny all; auth_basic x; root /srv; }\n\
         server { listen 80; server_name h; if ($uri = /x) { return 200 x; } return 301 https://h; }\n\
         server { listen 8080; server_name i; if ($server_port = 80) { return 301 https://i; } root /srv; }",
    );
    for name in [
        "a:80", "b:80", "c:80", "d:80", "e:80", "f:80", "g:80", "h:80", "i:8080",
    ] {
        assert_eq!(of(&out, name, "serves_plain_http"), "true", "{name}");
        assert_eq!(of(&out, name, "redirect_to_https"), "false", "{name}");
    }
    let out = http(
        "server { listen 80; server_name a; rewrite ^/(.*)$ https://a/$1 permanent; location / { root /srv; } }\n\
         server { listen 80; server_name b; location / { rewrite ^ https://b$request_uri? permanent; } }\n\
         server { listen 80; listen 443 ssl; server_name c; if ($scheme = http) { return 301 https://c; } root /srv; }\n\
         server { listen 80; server_name d; if ($https = \"\") { return 301 https://d; } root /srv; }\n\
         server { listen 80; server_name e; if ($host = e) { return 301 https://$host$request_uri; } return 404; }\n\
         server { listen 80; server_name f; location /.well-known/acme-challenge/ { root /srv; } location / { return 301 https://f; } }\n\
         server { listen 80; server_name g; if ($server_port != 443) { return 301 https://g; } root /srv; }\n\
         server { listen 80; server_name h; satisfy all; deny all; auth_basic x; root /srv; }\n\
         server { listen 80; server_name i; location ~ .* { return 301 https://i; } }",
    );
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
        let id = format!("{name}:{}", if name == "c" { 443 } else { 80 });
        assert_eq!(of(&out, &id, "serves_plain_http"), "false", "{name}");
    }
    // What was not seen may hold a location of its own, or answer before.
    let out = http(
        "server { listen 80; server_name a; include gone.conf; location / { return 301 https://a; } }\n\
         server { listen 80; server_name b; return 301 https://b; include gone.conf; }",
    );
    assert_eq!(of(&out, "a:80", "serves_plain_http"), "? (include-missing)");
    assert_eq!(of(&out, "b:80", "serves_plain_http"), "false");
}

#[test]
fn a_location_takes_back_what_the_server_set() {
    let out = http(
        "limit_conn_zone $binary_remote_addr zone=a:10m; limit_req_zone $binary_remote_addr zone=r:10m rate=5r/s;\n\
         server { listen 443 ssl; server_name a; add_header Strict-Transport-Security max-age=31536000;\n\
          limit_conn a 10; limit_req zone=r; server_tokens off;\n\
          location / { add_header X-Cache HIT; server_tokens on; access_log off; keepalive_timeout 3600s; client_body_timeout 1h; } }\n\
         server { listen 443 ssl; server_name b; add_header Strict-Transport-Security max-age=31536000;\n\
          limit_conn a 10; limit_conn_dry_run on; limit_req zone=r; limit_req_dry_run on;\n\
          location = /favicon.ico { access_log off; } location ~ /\\.ht { deny all; access_log off; }\n\
          location ~* \\.(css|jpe?g|woff2?)$ { access_log off; add_header Cache-Control public; } location / { root /srv; } }\n\
         server { listen 443 ssl; server_name c; location ~* \\.(csv|css)$ { access_log off; limit_req zone=r; limit_req_dry_run on; } }\n\
         server { listen 443 ssl; server_name d; location / { add_header Strict-Transport-Security max-age=63072000; } }\n\
         log_format s '$remote_addr'; \n\
         server { listen 443 ssl; server_name e; location /x { access_log /x s; } location /y { access_log /y s if=$z; } }",
    );
    for (name, path, value) in [
        ("a:443", "hsts_max_age", "0"),
        ("a:443", "server_tokens", "on"),
        ("a:443", "access_log_enabled", "false"),
        ("a:443", "keepalive_timeout_seconds", "3600"),
        ("a:443", "client_body_timeout_seconds", "3600"),
        ("a:443", "limits_connections", "true"),
        ("a:443", "limits_requests", "true"),
        ("b:443", "hsts_max_age", "31536000"),
        ("b:443", "access_log_enabled", "true"),
        ("b:443", "limits_connections", "false"),
        ("b:443", "limits_requests", "false"),
        ("c:443", "access_log_enabled", "false"),
        ("c:443", "limit_req_locations", "[]"),
        ("d:443", "hsts_max_age", "63072000"),
        ("e:443", "access_log_fields", "[source]"),
        ("e:443", "access_log_conditional", "true"),
    ] {
        assert_eq!(of(&out, name, path), value, "{path} of {name}");
    }
}

#[test]
fn upstreams_that_nobody_saw() {
    let out = http(
        "upstream be { include /etc/nginx/upstreams.d/*.conf; }\nupstream near { server 127.0.0.1:80; }\n\
         upstream far { server 10.0.0.5:80; include gone.conf; }\nupstream none { zone z 64k; }\n\
         server { listen 443 ssl; server_name a; location / { proxy_pass http://be; } }\n\
         server { listen 443 ssl; server_name b; location / { proxy_pass http://near; } }\n\
         server { listen 443 ssl; server_name c; location / { proxy_pass http://far; } }\n\
         server { listen 443 ssl; server_name d; location / { proxy_pass http://none; } }",
    );
    let value = |name: &str| {
        let server = subject(&out, &format!("nginx.server[{name}:443]"));
        server.facts["plain_upstreams"].value.clone()
    };
    assert!(matches!(value("a"), crate::model::Value::List(_)));
    assert_ne!(value("a"), value("b"));
    assert_eq!(value("a"), value("d"));
    assert!(of(&out, "c:443", "plain_upstreams").contains("/ -> http://far"));
}

#[test]
fn tls_belongs_to_the_address() {
    let out = http(
        "server { listen 443 ssl default_server; server_name a; return 404; }\n\
         server { listen *:443; server_name b; root /srv; }\n\
         server { listen 10.0.0.1:443; server_name c; root /srv; }\n\
         server { listen 8443 quic; server_name d; root /srv; }\n\
         server { listen 8443; server_name e; root /srv; }",
    );
    for (name, ssl) in [
        ("a:443", "true"),
        ("b:443", "true"),
        ("c:443", "false"),
        ("e:8443", "false"),
    ] {
        assert_eq!(of(&out, name, "ssl"), ssl, "{name}");
    }
    assert_eq!(of(&out, "b:443", "serves_plain_http"), "false");
    assert_eq!(of(&out, "e:8443", "serves_plain_http"), "true");
}

#[test]
fn folders_that_the_copy_lacks_are_not_empty() {
    let main = "events {}\nhttp { include conf.d/*.conf; include /etc/nginx/sites-enabled/*;\n\
                server { listen 443 ssl; server_name a; } }\n";
    let dir = tree(&[
        (
            "nginx/nginx.conf",
            &format!("include /etc/nginx/modules-enabled/*.conf;\n{main}"),
        ),
        ("nginx/conf.d/tls.conf", "ssl_protocols TLSv1.3;\n"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    assert!(matches!(seen(&out, "nginx-server"), Seen::Not(r) if r.code == "include-missing"));
    assert_eq!(of(&out, "a:443", "autoindex"), "? (include-missing)");
    std::fs::create_dir(dir.path().join("nginx/sites-enabled")).unwrap();
    // Links to modules lead to where the package has them.
    std::fs::create_dir(dir.path().join("nginx/modules-enabled")).unwrap();
    std::os::unix::fs::symlink(
        "/usr/share/nginx/modules-available/mod-x.conf",
        dir.path().join("nginx/modules-enabled/50-mod-x.conf"),
    )
    .unwrap();
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(seen(&out, "nginx-server"), &Seen::Whole);
    assert_eq!(of(&out, "a:443", "autoindex_locations"), "[]");
}

#[test]
fn a_part_does_not_tell_whether_folders_are_listed() {
    let dir = tree(&[(
        "site.conf",
        "server { listen 443 ssl; server_name a; root /srv; }\n",
    )]);
    let out = collect(dir.path(), "c", &cx());
    let value = &subject(&out, "nginx.server[a:443]").facts["autoindex_locations"].value;
    assert_eq!(
        value,
        &crate::model::Value::partial_list(Vec::<crate::model::Value>::new())
    );
}

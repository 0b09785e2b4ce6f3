//! What Apache itself does with a configuration, checked against the program where that tells.

use super::super::collect;
use super::super::tests::{cx, seen, shown, subject, tree};
use crate::model::{Collected, Seen, Value};

pub(super) fn main(text: &str) -> Collected {
    let dir = tree(&[("apache2.conf", text)]);
    collect(dir.path(), "c", &cx())
}

/// A fact of the server.
pub(super) fn shown_of(out: &Collected, path: &str) -> String {
    shown(subject(out, "apache"), path)
}

pub(super) fn host(out: &Collected, name: &str, path: &str) -> String {
    shown(subject(out, &format!("apache.vhost[{name}]")), path)
}

/// Hosts with these lines, named `h0`, `h1`, …
fn hosts(port: u16, lines: &[&str]) -> Collected {
    let text: String = lines
        .iter()
        .enumerate()
        .map(|(nth, lines)| {
            format!("<VirtualHost *:{port}>\nServerName h{nth}\n{lines}\n</VirtualHost>\n")
        })
        .collect();
    main(&text)
}

#[test]
fn a_redirect_of_some_requests_is_none() {
    let to = "RewriteRule ^ https://h%{REQUEST_URI} [R=301,L]";
    let on = "RewriteEngine On";
    let lines = [
        format!("ServerAlias other\n{on}\nRewriteCond %{{HTTP_HOST}} ^h0$ [NC]\n{to}"),
        to.to_owned(),
        format!("{on}\nRewriteRule ^$ https://h/ [R]"),
        format!("{on}\nRewriteCond %{{HTTPS}} on\n{to}"),
        format!("{on}\nRewriteCond %{{REMOTE_ADDR}} ^10\\.\n{to}"),
        format!("{on}\nRewriteRule ^/app - [L]\n{to}"),
        "RedirectMatch ^/$ https://h/".to_owned(),
        "ProxyPass / http://127.0.0.1:8080/\nRedirect permanent / https://h/".to_owned(),
        format!("{on}\n{to}\nRewriteEngine off"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let out = hosts(80, &lines);
    for nth in 0..lines.len() {
        let name = format!("h{nth}:80");
        assert_eq!(host(&out, &name, "serves_plain_http"), "true", "{nth}");
        assert_eq!(host(&out, &name, "redirect_to_https"), "false", "{nth}");
    }
    let out = main(
        "ProxyPass / http://127.0.0.1:8080/\n<VirtualHost *:80>\nServerName h\nRedirect / https://h/\n</VirtualHost>\n",
    );
    assert_eq!(host(&out, "h:80", "serves_plain_http"), "true");
    let lines = [
        format!("{on}\nRewriteCond %{{HTTPS}} !=on\n{to}"),
        format!("{on}\nRewriteCond %{{HTTPS}} off [OR]\nRewriteCond %{{REMOTE_ADDR}} x\n{to}"),
        format!("{on}\nRewriteCond %{{SERVER_PORT}} !^443$\n{to}"),
        format!("{on}\nRewriteCond %{{REQUEST_URI}} !^/\\.well-known/acme-challenge/\n{to}"),
        format!(
            "ServerAlias other\n{on}\nRewriteCond %{{SERVER_NAME}} =h4 [OR]\nRewriteCond %{{SERVER_NAME}} =other\n{to}"
        ),
        format!("{on}\nRewriteRule ^/\\.well-known/ - [L]\n{to}"),
        format!("{on}\nRewriteRule ^/?(.*)$ https://h/$1"),
        "RedirectMatch permanent ^/?(.*)$ https://h/$1".to_owned(),
        "Redirect / https://h/".to_owned(),
        format!("{on}\nProxyPass / http://127.0.0.1:8080/\n{to}"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let out = hosts(80, &lines);
    for nth in 0..lines.len() {
        let name = format!("h{nth}:80");
        assert_eq!(host(&out, &name, "serves_plain_http"), "false", "{nth}");
    }
}

#[test]
fn a_port_is_no_tls() {
    let out = hosts(443, &["DocumentRoot /srv", "SSLEngine on"]);
    assert_eq!(host(&out, "h0:443", "serves_plain_http"), "true");
    assert_eq!(host(&out, "h1:443", "serves_plain_http"), "false");
    // A host takes TLS over from the server.
    let out = main("SSLEngine on\n<VirtualHost *:443>\nServerName h\n</VirtualHost>\n");
    assert_eq!(host(&out, "h:443", "ssl"), "true");
}

#[test]
fn every_way_to_another_machine() {
    let out = main(
        "<Proxy balancer://app>\nBalancerMember http://10.0.0.5:8080\n</Proxy>\n\
         <Proxy balancer://near>\nBalancerMember http://127.0.0.1:8080\n</Proxy>\n\
         <VirtualHost *:443>\nServerName a\nProxyPass / balancer://app/\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName b\nRewriteEngine On\nRewriteRule ^/(.*)$ http://10.0.0.6:8080/$1 [P,L]\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName c\n<FilesMatch \"\\.php$\">\nSetHandler \"proxy:fcgi://10.0.0.7:9000\"\n</FilesMatch>\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName d\nProxyPass / balancer://near/\nProxyPass /s https://10.0.0.8/\n<FilesMatch x>\nSetHandler \"proxy:unix:/run/php.sock|fcgi://localhost\"\n</FilesMatch>\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName e\nProxyPass / balancer://gone/\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName f\nRewriteRule ^/(.*)/(.*)$ http://$1/$2 [P]\n</VirtualHost>\n",
    );
    for (name, shows) in [
        ("a", "[http://10.0.0.5:8080]"),
        ("b", "[http://10.0.0.6:8080/$1]"),
        ("c", "[fcgi://10.0.0.7:9000]"),
        ("d", "[]"),
    ] {
        let name = format!("{name}:443");
        assert_eq!(host(&out, &name, "plain_upstreams"), shows, "{name}");
    }
    for name in ["e", "f"] {
        let host = subject(&out, &format!("apache.vhost[{name}:443]"));
        let value = &host.facts["plain_upstreams"].value;
        assert_eq!(value, &Value::partial_list(Vec::<Value>::new()), "{name}");
    }
    // A host takes over what the server passes on.
    let out =
        main("ProxyPass / http://10.0.0.5/\n<VirtualHost *:80>\nServerName h\n</VirtualHost>\n");
    assert_eq!(host(&out, "h:80", "plain_upstreams"), "[http://10.0.0.5/]");
}

#[test]
fn options_at_every_level_list_folders() {
    let listed = |text: &str| shown(subject(&main(text), "apache"), "indexed_folders");
    let in_host = |lines: &str| {
        format!("<VirtualHost *:443>\nDocumentRoot /srv/www\n{lines}\n</VirtualHost>\n")
    };
    assert_eq!(
        listed(&in_host("Options Indexes FollowSymLinks")),
        "[/srv/www]"
    );
    assert_eq!(
        listed(&in_host("<Location /pub>\nOptions +Indexes\n</Location>")),
        "[/pub]"
    );
    assert_eq!(
        listed(&format!("Options Indexes\n{}", in_host(""))),
        "[/srv/www]"
    );
    assert_eq!(
        listed(&format!("Options Indexes\n{}", in_host("Options -Indexes"))),
        "[]"
    );
    assert_eq!(
        listed(&in_host(
            "Options Indexes\n<Directory />\nOptions None\n</Directory>"
        )),
        "[]"
    );
    assert_eq!(
        listed(&in_host(
            "Options Indexes\n<Directory /srv/www/a>\nOptions +FollowSymLinks\n</Directory>"
        )),
        "[/srv/www/a, /srv/www]"
    );
    assert_eq!(listed("DocumentRoot /srv\nOptions All\n"), "[/srv]");
}

#[test]
fn keywords_and_units_as_apache_reads_them() {
    let out = main(
        "TraceEnable off\nServerSignature off\nServerTokens prod\nKeepAliveTimeout 500ms\nTimeout 60\n\
         <VirtualHost *:443>\nServerName h\nSSLEngine on\nSSLCipherSuite ALL:RC4-SHA:!aNULL\n\
         SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384\n</VirtualHost>\n",
    );
    let server = subject(&out, "apache");
    for (path, value) in [
        ("traceenable", "Off"),
        ("serversignature", "Off"),
        ("servertokens", "Prod"),
        ("keepalivetimeout_count", "1"),
        ("timeout_count", "60"),
    ] {
        assert_eq!(shown(server, path), value, "{path}");
    }
    assert!(host(&out, "h:443", "weak_ciphers").contains("rc4"));
}

#[test]
fn a_log_behind_a_pipe() {
    let out = main(
        "LogFormat \"%v %h %l %u %t \\\"%r\\\" %>s\" vcombined\nLogFormat \"%h\" short\n\
         <VirtualHost *:80>\nServerName a\nCustomLog \"|/usr/bin/rotatelogs /l/%Y-%m-%d.log 86400\" vcombined env=!quiet\n</VirtualHost>\n\
         <VirtualHost *:80>\nServerName b\nCustomLog \"|/usr/bin/rotatelogs /l/%t-%U-%u-%v.log 86400\" short\n</VirtualHost>\n\
         <VirtualHost *:80>\nServerName c\nCustomLog /l/c \"%h %t \\\"%r\\\"\"\n</VirtualHost>\n",
    );
    for (name, fields) in [
        ("a:80", "[source, destination, account, time, action]"),
        ("b:80", "[source]"),
        ("c:80", "[source, time, action]"),
    ] {
        assert_eq!(host(&out, name, "access_log_fields"), fields, "{name}");
    }
}

#[test]
fn what_the_copy_lacks_is_not_empty() {
    let text = "ServerRoot /etc/apache2\nServerTokens Prod\nIncludeOptional conf-enabled/*.conf\n\
                TraceEnable Off\nListen 80\n";
    let dir = tree(&[("apache2.conf", text), ("ports.conf", "Listen 80\n")]);
    let out = collect(dir.path(), "c", &cx());
    assert!(matches!(seen(&out, "apache"), Seen::Not(_)));
    let server = subject(&out, "apache");
    // Of two lines the later one counts.
    assert_eq!(shown(server, "servertokens"), "? (include-missing)");
    assert_eq!(shown(server, "traceenable"), "Off");
    assert_eq!(shown(server, "serversignature"), "? (include-missing)");
    assert_eq!(shown(server, "status_exposed"), "? (include-missing)");
    assert_eq!(
        host(&out, "_:80", "access_log_enabled"),
        "? (include-missing)"
    );
    let out = hosts(80, &["Include /gone.conf\nRedirect / https://h/"]);
    assert_eq!(
        host(&out, "h0:80", "serves_plain_http"),
        "? (include-missing)"
    );
    for lost in [
        "Use Gone a",
        "<Macro H $n>\n</Macro>\nUse H",
        "<Macro H>\nUse H\n</Macro>\nUse H",
    ] {
        let out = main(&format!("ServerTokens Prod\n{lost}\n"));
        assert!(matches!(seen(&out, "apache-vhost"), Seen::Not(_)), "{lost}");
        assert_eq!(
            shown_of(&out, "servertokens"),
            "? (include-missing)",
            "{lost}"
        );
    }
}

#[test]
fn macros_are_put_in() {
    let out = main(
        "<Macro Inner $dir>\n<Directory $dir>\nOptions Indexes\n</Directory>\n</Macro>\n\
         <Macro Host $name ${name}x>\n<VirtualHost *:80>\nServerName $name\nUse Inner /srv/$name\n</VirtualHost>\n</Macro>\n\
         Use Host a b\nUSE host c d\nUndefMacro Host\n",
    );
    assert_eq!(seen(&out, "apache-vhost"), &Seen::Whole);
    for name in ["a:80", "c:80"] {
        assert_eq!(host(&out, name, "serves_plain_http"), "true");
    }
    assert_eq!(shown_of(&out, "indexed_folders"), "[/srv/a, /srv/c]");
}

#[test]
fn sections_take_back_what_the_server_says() {
    let of = |lines: &str, path: &str| {
        let start = "ServerSignature Off\nTraceEnable Off\nLimitRequestBody 1000\nTimeout 60\n";
        shown_of(&main(&format!("{start}{lines}\n")), path)
    };
    let host = |lines: &str| format!("<VirtualHost *:80>\n{lines}\n</VirtualHost>");
    assert_eq!(of("", "signature_shown"), "false");
    assert_eq!(of(&host("ServerSignature On"), "signature_shown"), "true");
    assert_eq!(
        of(
            "<Directory /a>\n<If \"-n 'x'\">\nServerSignature EMail\n</If>\n</Directory>",
            "signature_shown"
        ),
        "true"
    );
    assert_eq!(of("", "trace_answered"), "false");
    assert_eq!(of(&host("TraceEnable on"), "trace_answered"), "true");
    assert_eq!(of(&host("TraceEnable off"), "trace_answered"), "false");
    let body = "limitrequestbody_count";
    assert_eq!(of(&host("LimitRequestBody 500"), body), "1000");
    assert_eq!(
        of("<Directory /a>\nLimitRequestBody 0\n</Directory>", body),
        "0"
    );
    assert_eq!(of(&host("Timeout 600"), "timeout_count"), "600");
    let lists = |lines: &str| of(lines, "indexed_folders");
    assert_eq!(
        lists(
            "<Directory /a>\nOptions None\n<If \"-n 'x'\">\nOptions +Indexes\n</If>\n</Directory>"
        ),
        "[/a]"
    );
    // What a condition closes is not closed.
    let dots = "<If \"-n 'x'\">\n<FilesMatch \"^\\.\">\nRequire all denied\n</FilesMatch>\n</If>";
    assert_eq!(of(dots, "dotfiles_denied"), "false");
    let out = hosts(
        80,
        &[
            "<If \"%{HTTPS} != 'on'\">\nRedirect / https://h0/\n</If>",
            "<If \"-n 'x'\">\nRedirect / https://h1/\n</If>",
        ],
    );
    assert_eq!(
        super::tests::host(&out, "h0:80", "serves_plain_http"),
        "false"
    );
    assert_eq!(
        super::tests::host(&out, "h1:80", "serves_plain_http"),
        "true"
    );
}

#[test]
fn a_folder_lists_itself() {
    let of = |text: &str| {
        let dir = tree(&[(".htaccess", text)]);
        let out = collect(dir.path(), "c", &cx());
        let subject = subject(&out, "apache.htaccess[.htaccess]");
        (shown(subject, "indexes"), shown(subject, "display_errors"))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        of("Options +Indexes\nOptions +FollowSymLinks\n"),
        pair("true", "false")
    );
    assert_eq!(
        of("Options +Indexes\nOptions -Indexes\n"),
        pair("false", "false")
    );
    assert_eq!(
        of(
            "<If \"-n 'x'\">\nOptions +Indexes\n</If>\n<FilesMatch x>\nphp_flag display_errors on\n</FilesMatch>\n"
        ),
        pair("true", "true")
    );
}

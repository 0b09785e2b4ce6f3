//! .NET, Tomcat and Django as people configure them.

use crate::collect::config::collect;
use crate::collect::config::tests::{cx, seen, shown, subject, tree};
use crate::model::{Collected, Seen, Value};

fn read(files: &[(&str, &str)]) -> Collected {
    let dir = tree(files);
    collect(dir.path(), "c", &cx())
}

fn facts(out: &Collected, id: &str, wanted: &[(&str, &str)]) {
    let subject = subject(out, id);
    for (path, value) in wanted {
        assert_eq!(shown(subject, path), *value, "{id} {path}");
    }
}

fn is_unseen(out: &Collected, id: &str, path: &str) -> bool {
    matches!(subject(out, id).facts[path].value, Value::Unseen(_))
}

#[test]
fn dotnet_environments_lie_over_the_base() {
    let out = read(&[
        (
            "src/Portal/appsettings.json",
            "{\n  // remarks are allowed\n  \"AllowedHosts\": \"*\",\n  \"Logging\": { \"LogLevel\": { \"Default\": \"Information\" } },\n  \"ConnectionStrings\": {\n    \"Kho\": \"Host=db.noibo.vn;Database=kho;Username=kho;Password=Kx8_vanDon26\",\n  },\n}\n",
        ),
        (
            "src/Portal/appsettings.Production.json",
            "{\n  \"allowedhosts\": \"tracuu.example.vn\",\n  \"DetailedErrors\": true,\n  \"ConnectionStrings\": { \"Kho\": \"Host=db.noibo.vn;SSL Mode=VerifyFull\" },\n  \"Kestrel\": { \"Endpoints\": { \"Web\": { \"Url\": \"http://0.0.0.0:5000\", \"SslProtocols\": [\"Tls11\", \"Tls12\"] } } }\n}\n",
        ),
        (
            "src/Api/appsettings.Staging.json",
            "{ \"DetailedErrors\": false }\n",
        ),
    ]);
    assert_eq!(seen(&out, "dotnet"), &Seen::Whole);
    facts(
        &out,
        "dotnet[src/Portal]",
        &[
            ("any_host", "true"),
            ("production", "true"),
            ("plain_database", "true"),
            ("shows_errors", "false"),
            ("plain_listeners", "[]"),
            ("secret_keys", "[connectionstrings.kho]"),
        ],
    );
    let id = "dotnet[src/Portal:Production]";
    facts(
        &out,
        id,
        &[
            ("any_host", "false"),
            ("plain_database", "false"),
            ("shows_errors", "true"),
            ("plain_listeners", "[http://0.0.0.0:5000]"),
            ("weak_protocols", "[Tls11]"),
            ("secret_keys", "[]"),
        ],
    );
    let place = subject(&out, id).facts["any_host"].place.as_ref().unwrap();
    assert_eq!(
        (&*place.file, place.line),
        ("c/src/Portal/appsettings.Production.json", 2)
    );
    let api = "dotnet[src/Api:Staging]";
    facts(&out, api, &[("shows_errors", "false")]);
    for path in ["any_host", "plain_database", "plain_listeners"] {
        assert!(is_unseen(&out, api, path), "{path}");
    }
    assert!(!format!("{:?}", out.subjects).contains("Kx8_vanDon26"));
}

const SERVER: &str = r#"<?xml version="1.0"?>
<Server port="8005" shutdown="SHUTDOWN">
  <Service name="Catalina">
    <Connector port="${http.port:-8080}" protocol="HTTP/1.1" connectionTimeout="20000" />
    <Connector port="8443" SSLEnabled="true" connectionTimeout="20000">
      <SSLHostConfig protocols="TLSv1.2,+TLSv1.1,-TLSv1.3"/>
    </Connector>
    <!-- <Connector port="9" allowTrace="true"/> -->
    <Connector protocol="AJP/1.3" address="0.0.0.0" port="8009" secretRequired="false"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Realm className="org.apache.catalina.realm.LockOutRealm"/>
      <Host name="localhost" autoDeploy="true">
        <Valve className="org.apache.catalina.valves.AccessLogValve" pattern="%h %l %u %t &quot;%r&quot; %s %b" />
      </Host>
    </Engine>
  </Service>
</Server>
"#;

#[test]
fn tomcat_and_what_stands_beside_it() {
    let out = read(&[
        ("conf/server.xml", SERVER),
        (
            "conf/tomcat-users.xml",
            "<tomcat-users>\n  <user username=\"admin\" password=\"admin\" roles=\"manager-gui\"/>\n  <user username=\"kho\" password=\"0123456789abcdef$1000$0123456789abcdef0123456789abcdef\" roles=\"app\"/>\n</tomcat-users>\n",
        ),
        (
            "webapps/a/WEB-INF/web.xml",
            "<web-app>\n  <session-config>\n    <session-timeout>15</session-timeout>\n    <cookie-config><http-only>true</http-only><secure>true</secure></cookie-config>\n  </session-config>\n  <servlet><init-param><param-name>listings</param-name><param-value>true</param-value></init-param></servlet>\n</web-app>\n",
        ),
        ("liberty/server.xml", "<server description=\"liberty\"/>\n"),
    ]);
    facts(
        &out,
        "tomcat[conf/server.xml]",
        &[
            ("shutdown_port_open", "true"),
            ("shutdown_word_own", "true"),
            ("plain_connectors", "[8080]"),
            ("weak_protocols", "[TLSv1.1]"),
            ("ajp_reached", "true"),
            ("ajp_without_secret", "true"),
            ("trace_allowed", "false"),
            ("connection_seconds", "20"),
            ("access_log", "true"),
            ("access_log_fields", "[source, account, time, action]"),
            ("auto_deploy", "true"),
            ("shows_server", "true"),
            ("locks_out", "true"),
        ],
    );
    let place = subject(&out, "tomcat[conf/server.xml]").facts["weak_protocols"]
        .place
        .clone();
    assert_eq!(place.unwrap().line, 6);
    facts(
        &out,
        "tomcat.users[conf/tomcat-users.xml]",
        &[
            ("managers", "[admin]"),
            ("plain_passwords", "[admin]"),
            ("default_passwords", "[admin]"),
        ],
    );
    facts(
        &out,
        "web.xml[webapps/a/WEB-INF/web.xml]",
        &[
            ("session_minutes", "15"),
            ("cookie_secure", "true"),
            ("cookie_http_only", "true"),
            ("directory_listings", "true"),
            ("writes_allowed", "false"),
        ],
    );
    assert!(out.subjects.iter().all(|s| !s.id.contains("liberty")));
}

#[test]
fn tomcat_with_entities_or_properties_is_not_seen() {
    let out = read(&[(
        "server.xml",
        "<!DOCTYPE s [\n<!ENTITY c SYSTEM \"connectors.xml\">]>\n<Server port=\"8005\">&c;</Server>\n",
    )]);
    assert!(matches!(seen(&out, "tomcat"), Seen::Not(_)));
    let out = read(&[(
        "server.xml",
        "<Server port=\"${p}\"><Connector SSLEnabled=\"${s}\" port=\"1\"/><Connector SSLEnabled=\"true\"/></Server>\n",
    )]);
    let id = "tomcat[server.xml]";
    assert!(is_unseen(&out, id, "shutdown_port_open"));
    for path in ["plain_connectors", "weak_protocols"] {
        let Value::List(list) = &subject(&out, id).facts[path].value else {
            panic!("{path}")
        };
        assert!(!list.complete, "{path}");
    }
}

const BASE: &str = "import os\nfrom pathlib import Path\n\nBASE_DIR = Path(__file__)\nSECRET_KEY = 'django-insecure-kx82hs8w2kd92ms8dk2ld9'\nDEBUG = True\nALLOWED_HOSTS = []\nMIDDLEWARE = [\n    'django.middleware.security.SecurityMiddleware',\n    'django.middleware.csrf.CsrfViewMiddleware',\n]\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'HOST': 'db.noibo.vn',\n        'PASSWORD': os.environ['DB_PASSWORD'],\n        'OPTIONS': {'sslmode': 'verify-full'},\n    }\n}\nSESSION_COOKIE_AGE = 60 * 15\nAUTH_PASSWORD_VALIDATORS = [\n    {'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator', 'OPTIONS': {'min_length': 14}},\n]\n";

#[test]
fn django_settings_that_lie_over_others() {
    let out = read(&[
        ("kho/settings/base.py", BASE),
        (
            "kho/settings/production.py",
            "from .base import *\n\nDEBUG = False\nALLOWED_HOSTS = ['tracuu.example.vn']\nSECURE_HSTS_SECONDS = 31_536_000\nSESSION_COOKIE_SECURE = env.bool('SECURE')\nif True:\n    CSRF_COOKIE_SECURE = True\n",
        ),
        ("kho/settings/local.py", "from .base import *\n"),
        ("kho/other/settings.py", "print('no settings')\n"),
    ]);
    let id = "django[kho/settings/production.py]";
    facts(
        &out,
        id,
        &[
            ("production", "true"),
            ("debug_on", "false"),
            ("any_host", "false"),
            ("security_middleware", "true"),
            ("csrf_middleware", "true"),
            ("plain_database", "false"),
            ("session_seconds", "900"),
            ("hsts_seconds", "31536000"),
            ("ssl_redirect", "false"),
            ("cookie_http_only", "true"),
            ("weak_hasher", "false"),
            ("password_min_length", "14"),
            ("secret_keys", "[SECRET_KEY]"),
        ],
    );
    assert!(is_unseen(&out, id, "cookie_secure"));
    assert!(is_unseen(&out, id, "csrf_cookie_secure"));
    let place = subject(&out, id).facts["session_seconds"]
        .place
        .as_ref()
        .unwrap();
    assert_eq!((&*place.file, place.line), ("c/kho/settings/base.py", 20));
    facts(
        &out,
        "django[kho/settings/local.py]",
        &[("debug_on", "true"), ("production", "false")],
    );
    assert!(out.subjects.iter().all(|s| !s.id.contains("other")));
    assert!(!format!("{:?}", out.subjects).contains("kx82hs8w2kd92ms8dk2ld9"));
}

#[test]
fn django_settings_that_are_not_all_here() {
    let id = "django[kho/settings.py]";
    let out = read(&[(
        "kho/settings.py",
        &format!(
            "{BASE}DEBUG = False\ntry:\n    from .secrets_prod import *\nexcept ImportError:\n    pass\n"
        ),
    )]);
    for path in ["debug_on", "any_host", "plain_database", "hsts_seconds"] {
        assert!(is_unseen(&out, id, path), "{path}");
    }
    let out = read(&[(
        "kho/settings.py",
        &format!("{BASE}ALLOWED_HOSTS = ['a', env('HOST')]\n"),
    )]);
    assert!(is_unseen(&out, id, "any_host"));
    let out = read(&[(
        "kho/settings.py",
        &format!("{BASE}ALLOWED_HOSTS = ['*', env('HOST')]\n"),
    )]);
    facts(&out, id, &[("any_host", "true")]);
    let out = read(&[("kho/settings.py", &format!("{BASE}X = [\n"))]);
    assert!(matches!(seen(&out, "django"), Seen::Not(_)));
}

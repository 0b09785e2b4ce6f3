//! The addresses of databases and caches in the settings of Spring, whatever key they stand under.

use super::spring::resolved;
use crate::collect::config::settings::{Settings, is_loopback, on};
use crate::model::{Fact, Place, Subject, Value};

/// Addresses of databases under other keys: `spring.datasource.primary.jdbc-url`, `spring.r2dbc.url`, `spring.flyway.url`. One in
/// clear is enough; one that cannot be read leaves open what the others do not decide.
pub(super) fn other_databases(s: &Settings, subject: &mut Subject) {
    let is_address = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        (last == "url" || last.ends_with("-url") || last.ends_with("jdbcurl"))
            && name != "spring.datasource.url"
    };
    let speaks = |value: &str| {
        value.starts_with("jdbc:") || value.starts_with("r2dbc:") || value.contains("${")
    };
    let known = || {
        s.names()
            .filter(|n| is_address(n))
            .filter_map(|n| s.line(n))
    };
    for line in known().filter(|line| speaks(&line.value)) {
        let value = resolved(&line.value).and_then(|v| is_plain(&v));
        // A variable that may be the address of anything says nothing of databases.
        if value.is_none() && !line.value.contains("dbc:") {
            continue;
        }
        weigh(subject, "plain_database", value, &line.place);
    }
}

/// `spring.data.redis.url`, and the nodes of a cluster or of sentinels.
pub(super) fn other_redis(s: &Settings, subject: &mut Subject) {
    let tls = s
        .names()
        .any(|n| n.contains("redis") && n.contains("ssl") && s.get(n).and_then(on) == Some(true));
    for name in s.names().filter(|n| n.contains("redis.")) {
        let Some(line) = s.line(name) else { continue };
        let Some(value) = resolved(&line.value) else {
            if name.ends_with("url") || name.contains(".nodes") {
                weigh(subject, "plain_redis", None, &line.place);
            }
            continue;
        };
        let host = if name.ends_with(".url") {
            value.strip_prefix("redis://").map(|rest| {
                let host = rest.rsplit('@').next().unwrap_or(rest);
                host.split([':', '/', '?'])
                    .next()
                    .unwrap_or(host)
                    .to_owned()
            })
        } else if name.contains(".nodes") {
            let mut hosts = value
                .split(',')
                .map(|n| n.trim().rsplit_once(':').map_or(n, |(h, _)| h));
            hosts.find(|h| !is_loopback(h.trim())).map(str::to_owned)
        } else {
            None
        };
        if let Some(host) = host {
            let plain = !is_loopback(&host) && (name.ends_with(".url") || !tls);
            weigh(subject, "plain_redis", Some(plain.into()), &line.place);
        }
    }
}

/// One more word on a fact: true counts before what is not known, and that before false.
fn weigh(subject: &mut Subject, path: &str, value: Option<Value>, place: &Place) {
    let is = |value: bool| {
        let fact = subject.facts.get(path);
        fact.is_some_and(|f| f.value == Value::Bool(value))
    };
    let value = value.unwrap_or_else(|| Value::unseen("ambiguous", "an address that is not read"));
    let counts = match &value {
        Value::Bool(true) => !is(true),
        Value::Unseen(_) => is(false),
        Value::Bool(false)
        | Value::Int(_)
        | Value::Text(_)
        | Value::Day(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Absent => false,
    };
    if counts {
        subject.put(Fact::derived(path.to_owned(), value).at(place.clone()));
    }
}

/// Does the connection leave this machine without TLS? `None` where the address is of no kind that is known here.
pub(super) fn is_plain(url: &str) -> Option<Value> {
    if url.is_empty() {
        return Some(false.into());
    }
    let lower = url.to_ascii_lowercase();
    let (kind, rest) = lower.split_once(':')?;
    if !["jdbc", "r2dbc"].contains(&kind) {
        return None;
    }
    // Inside the program, or in a file of this machine.
    if [
        "h2:mem:",
        "h2:file:",
        "h2:~",
        "h2:.",
        "h2:/",
        "hsqldb:mem",
        "hsqldb:file",
        "sqlite:",
        "derby:",
    ]
    .iter()
    .any(|own| rest.starts_with(own))
    {
        return Some(false.into());
    }
    // `mysql:loadbalance://`, `postgresql://a,b/db`: the driver is the first word, each host counts.
    let (driver, rest) = rest.split_once("://")?;
    let driver = driver.split(':').next().unwrap_or(driver);
    let hosts = rest.split(['/', ';', '?']).next().unwrap_or("");
    let hosts = hosts.rsplit('@').next().unwrap_or(hosts);
    let away = hosts.split(',').any(|host| {
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        !host.is_empty() && !is_loopback(host)
    });
    if !away {
        return Some(false.into());
    }
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let plain = match driver {
        "postgresql" | "postgres" | "pgsql" => {
            !has(&["sslmode=require", "sslmode=verify", "ssl=true"])
        }
        "mysql" | "mariadb" => !has(&[
            "sslmode=required",
            "sslmode=verify",
            "sslmode=trust",
            "usessl=true",
            "requiressl=true",
        ]),
        "sqlserver" => has(&["encrypt=false"]),
        _ => return None,
    };
    Some(plain.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_clear() {
        for (url, plain) in [
            ("", Some(false)),
            ("jdbc:postgresql://db:5432/x", Some(true)),
            ("jdbc:postgresql://db/x?sslmode=verify-full", Some(false)),
            ("jdbc:mysql://127.0.0.1/x", Some(false)),
            ("jdbc:h2:mem:x", Some(false)),
            ("jdbc:oracle:thin:@10.0.0.5:1521:ORCL", None),
            ("jdbc:postgresql://localhost,10.0.0.5/x", Some(true)),
        ] {
            assert_eq!(is_plain(url), plain.map(Value::Bool), "{url}");
        }
    }
}

//! What the DNS says of a mail domain: SPF, DKIM selectors named, DMARC, MX, MTA-STS, TLS-RPT, CAA.
//!
//! Only the name server that the inventory names is asked. No record is proven only by an answer that says so.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::leaf::{NOT_ASKED, NOT_PARSED, TIMEOUT, UNREACHABLE};
use super::putter::Putter;
use crate::model::{MailDomain, Place, Subject, Value};

/// The subject type.
pub(super) const KIND: &str = "mail-domain";

/// Records of one name and type; none where the DNS says that there is none.
type Records = Result<Vec<String>, &'static str>;

/// The facts of a domain. Without a name server nothing is asked.
pub(super) async fn ask(mail: &MailDomain, place: &Place, wait: Duration) -> Subject {
    let domain = mail.domain.as_str();
    let mut put = Putter::new(KIND, &format!("mail-domain[{domain}]"), place);
    let resolver = match mail.resolver.as_deref().map(server) {
        Some(Some(server)) => resolver(server, wait),
        Some(None) => Err(NOT_PARSED),
        None => Err(NOT_ASKED),
    };
    // Two questions without an answer are enough: the rest is not asked.
    let silent = Cell::new(0);
    let of = async |name: String, kind: RecordType| match &resolver {
        Ok(_) if silent.get() >= MOST_SILENT => Err(TIMEOUT),
        Ok(resolver) => {
            let seen = records(resolver, &name, kind).await;
            if matches!(seen, Err(TIMEOUT | UNREACHABLE)) {
                silent.set(silent.get() + 1);
            }
            seen
        }
        Err(why) => Err(*why),
    };
    let mx = of(format!("{domain}."), RecordType::MX).await;
    put.value(
        "mx",
        mx.as_ref().ok().map(|m| texts(m)),
        mx.as_ref().err().copied(),
    );
    spf(&mut put, of(format!("{domain}."), RecordType::TXT).await);
    dmarc(
        &mut put,
        of(format!("_dmarc.{domain}."), RecordType::TXT).await,
    );
    for (path, name, begins) in [
        ("mta_sts", "_mta-sts", "v=STSv1"),
        ("tls_rpt", "_smtp._tls", "v=TLSRPTv1"),
    ] {
        let seen = of(format!("{name}.{domain}."), RecordType::TXT).await;
        let there = seen.map(|all| Value::Bool(all.iter().any(|t| t.starts_with(begins))));
        put.value(path, there.as_ref().ok().cloned(), there.err());
    }
    let caa = of(format!("{domain}."), RecordType::CAA).await;
    put.value("caa", caa.as_ref().ok().map(|c| texts(c)), caa.err());
    let mut without = Ok(Vec::new());
    for selector in &mail.dkim {
        let key = of(format!("{selector}._domainkey.{domain}."), RecordType::TXT).await;
        match (key, &mut without) {
            (Ok(key), Ok(without)) if !key.iter().any(|t| is_dkim_key(t)) => {
                without.push(selector.clone());
            }
            (Err(why), _) => without = Err(why),
            (Ok(_), _) => {}
        }
    }
    if mail.dkim.is_empty() {
        without = Err(NOT_ASKED);
    }
    put.value(
        "dkim.without_key",
        without.as_ref().ok().map(|w| texts(w)),
        without.err(),
    );
    put.subject
}

/// `10.0.0.53` or `10.0.0.53:5353`.
pub(super) fn server(words: &str) -> Option<SocketAddr> {
    let alone = words
        .parse::<IpAddr>()
        .ok()
        .map(|ip| SocketAddr::new(ip, 53));
    alone.or_else(|| words.parse().ok())
}

fn resolver(server: SocketAddr, wait: Duration) -> Result<TokioResolver, &'static str> {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    config.connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![config]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = wait.min(ANSWER);
    options.attempts = 1;
    builder.build().map_err(|_| UNREACHABLE)
}

/// How many questions without an answer end the asking.
const MOST_SILENT: u32 = 2;

/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(3);

async fn records(resolver: &TokioResolver, name: &str, kind: RecordType) -> Records {
    match resolver.lookup(name, kind).await {
        Ok(lookup) => Ok(lookup
            .answers()
            .iter()
            .filter_map(|r| shown(&r.data))
            .collect()),
        Err(error) if error.is_no_records_found() => match none(&error) {
            true => Ok(Vec::new()),
            false => Err("servfail"),
        },
        Err(NetError::Timeout) => Err(TIMEOUT),
        Err(_) => Err(UNREACHABLE),
    }
}

/// Only "no such name" and "no such record" prove that there is none; a failing or refusing server proves nothing.
fn none(error: &NetError) -> bool {
    use hickory_resolver::net::{DnsError, NoRecords};
    use hickory_resolver::proto::op::ResponseCode;
    let NetError::Dns(DnsError::NoRecordsFound(NoRecords { response_code, .. })) = error else {
        return false;
    };
    matches!(
        *response_code,
        ResponseCode::NoError | ResponseCode::NXDomain
    )
}

fn shown(data: &RData) -> Option<String> {
    if let RData::TXT(txt) = data {
        let parts = txt.txt_data.iter();
        Some(parts.map(|p| String::from_utf8_lossy(p)).collect())
    } else if let RData::MX(mx) = data {
        Some(mx.exchange.to_utf8())
    } else if let RData::CAA(caa) = data {
        let value = String::from_utf8_lossy(&caa.value);
        Some(format!("{} {value}", caa.tag))
    } else {
        None
    }
}

/// RFC 7208: one record, and what it says of all other senders.
fn spf(put: &mut Putter<'_>, seen: Records) {
    let records: Result<Vec<String>, &str> = seen.map(|all| {
        let is_spf = |t: &String| {
            let lower = t.to_ascii_lowercase();
            lower == "v=spf1" || lower.starts_with("v=spf1 ")
        };
        all.into_iter().filter(is_spf).collect()
    });
    let why = records.as_ref().err().copied();
    let records = records.ok();
    let count = records.as_ref().map(|r| Value::Int(r.len() as i64));
    put.value("spf.records", count, why);
    let all = records.map(|records| match records.as_slice() {
        [one] => Value::from(all_of(one)),
        // None, or several, which RFC 7208 treats as an error.
        _ => Value::Absent,
    });
    put.value("spf.all", all, why);
}

/// `-all`, `~all`, `?all`, `+all`; `redirect` where another record decides; `none` where it does not say.
fn all_of(record: &str) -> &'static str {
    let mut redirect = false;
    for term in record.split_whitespace() {
        match term.to_ascii_lowercase().as_str() {
            "-all" => return "-all",
            "~all" => return "~all",
            "?all" => return "?all",
            "+all" | "all" => return "+all",
            other => redirect |= other.starts_with("redirect="),
        }
    }
    if redirect { "redirect" } else { "none" }
}

/// RFC 7489: one record with a policy.
fn dmarc(put: &mut Putter<'_>, seen: Records) {
    let why = seen.as_ref().err().copied();
    let record = seen.ok().map(|all| {
        let mut records = all.into_iter().filter(|t| t.starts_with("v=DMARC1"));
        match (records.next(), records.next()) {
            (Some(one), None) => Some(one),
            (_, _) => None,
        }
    });
    let tag = |name: &str| {
        record.as_ref().map(|record| {
            let tags = record.iter().flat_map(|r| r.split(';'));
            let mut values = tags.filter_map(|tag| {
                let (key, value) = tag.split_once('=')?;
                (key.trim() == name).then(|| value.trim().to_ascii_lowercase())
            });
            values.next()
        })
    };
    let policy = tag("p");
    let text = |found: Option<Option<String>>| found.map(|t| t.map_or(Value::Absent, Value::from));
    put.value("dmarc.policy", text(policy.clone()), why);
    // What the policy does not say of subdomains holds for them too.
    let below = tag("sp").map(|below| below.or(policy.flatten()));
    put.value("dmarc.subdomain_policy", text(below), why);
    let percent = tag("pct").map(|p| match p {
        None => Value::Int(100),
        Some(p) => p
            .parse()
            .map_or(Value::unseen(NOT_PARSED, "pct"), Value::Int),
    });
    put.value("dmarc.percent", percent, why);
    let reports = tag("rua").map(|r| Value::Bool(r.is_some_and(|r| !r.is_empty())));
    put.value("dmarc.reports", reports, why);
}

/// RFC 6376: a key that is not revoked (an empty `p=`).
fn is_dkim_key(record: &str) -> bool {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.any(|(key, value)| key.trim() == "p" && !value.trim().is_empty())
}

fn texts(list: &[String]) -> Value {
    Value::list(list.iter().map(|t| Value::from(t.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(read: impl Fn(&mut Putter<'_>)) -> Subject {
        let place = Place::new("x", 0);
        let mut put = Putter::new(KIND, "x", &place);
        read(&mut put);
        put.subject
    }

    #[test]
    fn spf_says_what_of_all_others() {
        let all = |records: &[&str]| {
            let records: Vec<String> = records.iter().map(|r| (*r).to_owned()).collect();
            facts(|put| spf(put, Ok(records.clone()))).facts["spf.all"]
                .value
                .clone()
        };
        assert_eq!(all(&["v=spf1 mx -all", "other"]), "-all".into());
        assert_eq!(all(&["v=spf1 include:a.example"]), "none".into());
        assert_eq!(all(&["v=spf1 redirect=_spf.a.example"]), "redirect".into());
        assert_eq!(all(&["v=spf1 all"]), "+all".into());
        assert_eq!(all(&["v=spf1 -all", "v=spf1 ~all"]), Value::Absent);
        assert_eq!(all(&["v=spf10 -all"]), Value::Absent);
        let unseen = facts(|put| spf(put, Err(TIMEOUT)));
        assert!(matches!(unseen.facts["spf.all"].value, Value::Unseen(_)));
    }

    #[test]
    fn dmarc_with_its_tags() {
        let of = |record: &str| {
            let records = vec![record.to_owned()];
            facts(|put| dmarc(put, Ok(records.clone())))
        };
        let seen = of("v=DMARC1; p=reject; pct=50; rua=mailto:a@a.example");
        assert_eq!(seen.facts["dmarc.policy"].value, "reject".into());
        assert_eq!(seen.facts["dmarc.subdomain_policy"].value, "reject".into());
        assert_eq!(seen.facts["dmarc.percent"].value, Value::Int(50));
        assert_eq!(seen.facts["dmarc.reports"].value, Value::Bool(true));
        let none = of("other");
        assert_eq!(none.facts["dmarc.policy"].value, Value::Absent);
        assert!(is_dkim_key("v=DKIM1; k=rsa; p=MIGf") && !is_dkim_key("v=DKIM1; p="));
        assert_eq!(server("10.0.0.53:5353").unwrap().port(), 5353);
        assert_eq!(server("dns.example"), None);
    }
}

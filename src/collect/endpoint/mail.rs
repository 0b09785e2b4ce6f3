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

use super::dkim;
use super::dmarc::{self, Found};
use super::leaf::{NOT_ASKED, NOT_PARSED, TIMEOUT, UNREACHABLE};
use super::permitted::registered;
use super::putter::Putter;
use super::spf;
use crate::model::{MailDomain, Place, Subject, Value};

/// The subject type.
pub(super) const KIND: &str = "mail-domain";

/// Records of one name and type; none where the DNS says that there is none.
pub(super) type Records = Result<Vec<String>, &'static str>;

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
    let text = async |name: String| of(name, RecordType::TXT).await;
    spf(&mut put, domain, &text).await;
    dmarc(&mut put, domain, &text).await;
    for (path, name, begins) in [
        ("mta_sts", "_mta-sts", "v=STSv1"),
        ("tls_rpt", "_smtp._tls", "v=TLSRPTv1"),
    ] {
        let seen = text(format!("{name}.{domain}.")).await;
        let is_one = |t: &&String| t.split(';').next().is_some_and(|v| v.trim() == begins);
        // Several are an error, and count as none (RFC 8461, 3.1; RFC 8460, 3).
        let there = seen.map(|all| Value::Bool(all.iter().filter(is_one).count() == 1));
        put.value(path, there.as_ref().ok().cloned(), there.err());
    }
    // RFC 8659, 3: of the nearest name that has any.
    let mut caa = of(format!("{domain}."), RecordType::CAA).await;
    let mut above = domain;
    while let (Ok([]), Some((_, parent))) = (caa.as_deref(), above.split_once('.')) {
        if !parent.contains('.') {
            break;
        }
        above = parent;
        caa = of(format!("{above}."), RecordType::CAA).await;
    }
    put.value("caa", caa.as_ref().ok().map(|c| texts(c)), caa.err());
    let mut without = Ok(Vec::new());
    for selector in &mail.dkim {
        let key = of(format!("{selector}._domainkey.{domain}."), RecordType::TXT).await;
        match (key, &mut without) {
            (Ok(key), Ok(without)) if !key.iter().any(|t| dkim::is_key(t)) => {
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
        Some(format!("{} {value}", caa.tag.to_ascii_lowercase()))
    } else {
        None
    }
}

/// RFC 7208: one record, and what it says of all other senders.
async fn spf<F>(put: &mut Putter<'_>, domain: &str, ask: &F)
where
    F: AsyncFn(String) -> Records,
{
    let records = ask(format!("{domain}.")).await.map(spf::records);
    let why = records.as_ref().err().copied();
    let count = records.as_ref().map(|r| Value::Int(r.len() as i64)).ok();
    put.value("spf.records", count, why);
    let all = match records.as_deref() {
        Ok([one]) => spf::of_strangers(domain, one, ask).await.map(Value::from),
        // None, or several, which RFC 7208 treats as an error.
        Ok(_) => Ok(Value::Absent),
        Err(why) => Err(*why),
    };
    put.value("spf.all", all.as_ref().ok().cloned(), all.err());
}

/// RFC 7489: one record with a policy, of the domain or of the one that somebody registered above it.
async fn dmarc<F>(put: &mut Putter<'_>, domain: &str, ask: &F)
where
    F: AsyncFn(String) -> Records,
{
    let of = async |name: &str| ask(format!("_dmarc.{name}.")).await.map(dmarc::one);
    let own = of(domain).await;
    let above = registered(domain);
    let (seen, inherited) = match own {
        Ok(Found::None) if above != domain => (of(above).await, true),
        own => (own, false),
    };
    let why = seen.as_ref().err().copied();
    let found = seen.ok();
    let record = |of: &dyn Fn(&dmarc::Record) -> Option<Value>| {
        found.as_ref().map(|found| match found {
            Found::One(record) => of(record).unwrap_or(Value::Absent),
            Found::None | Found::Several => Value::Absent,
        })
    };
    let policy = |r: &dmarc::Record| if inherited { r.below() } else { r.policy() };
    put.value("dmarc.policy", record(&|r| policy(r).map(Value::from)), why);
    put.value(
        "dmarc.subdomain_policy",
        record(&|r| r.below().map(Value::from)),
        why,
    );
    let percent = |r: &dmarc::Record| match r.percent() {
        Some(percent) => Value::Int(percent),
        None => Value::unseen(NOT_PARSED, "pct"),
    };
    put.value("dmarc.percent", record(&|r| Some(percent(r))), why);
    let reports = found.as_ref().map(|found| match found {
        Found::One(record) => record.has_reports(),
        Found::None | Found::Several => false,
    });
    put.value("dmarc.reports", reports.map(Value::Bool), why);
}

fn texts(list: &[String]) -> Value {
    Value::list(list.iter().map(|t| Value::from(t.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers() {
        assert_eq!(server("10.0.0.53:5353").unwrap().port(), 5353);
        assert_eq!(server("dns.example"), None);
    }
}

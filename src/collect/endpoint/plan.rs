//! What an endpoint will be asked, told before it is: beside the code that asks, from the same permissions.

use super::{is_web, permitted};
use crate::model::{Day, Target};

/// One thing that will be asked, or that would be with a permission in date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// `resolve`, `connect` or `request`.
    pub what: &'static str,
    /// The address, or the request.
    pub name: String,
    /// What for: `tls-handshakes`, `closed-port`, `neighbouring-numbers`.
    pub why: Option<&'static str>,
    /// Will it be asked? Beyond what every visitor does only with a permission in date.
    pub asked: bool,
}

/// Everything that [`collect`](super::collect) asks of this target on the day.
pub fn planned(target: &Target, on: Day) -> Vec<Planned> {
    let Target::Endpoint {
        address,
        purpose,
        closed,
        authorised,
        sample,
        starttls,
        mail,
        ..
    } = target
    else {
        return Vec::new();
    };
    let one = |what, name: &str, why, asked| Planned {
        what,
        name: name.to_owned(),
        why,
        asked,
    };
    let allowed = authorised.as_ref().is_some_and(|a| on <= a.until);
    let host = address
        .rsplit_once(':')
        .map_or(address.as_str(), |(h, _)| h);
    let mut all = vec![
        one("resolve", host, None, true),
        one("connect", address, Some("tls-handshakes"), true),
    ];
    if let Some(mail) = mail {
        let server = mail.resolver.as_deref();
        let name = format!("{} @ {}", mail.domain, server.unwrap_or("-"));
        all.push(one("resolve", &name, Some("mail-domain"), server.is_some()));
    }
    if is_web(purpose) && starttls.is_none() {
        all.push(one("request", "GET /", None, true));
        for path in permitted::requests(host) {
            all.push(one("request", &path, None, allowed));
        }
    }
    for port in closed {
        let address = format!("{host}:{port}");
        all.push(one("connect", &address, Some("closed-port"), allowed));
    }
    let tracking = matches!(purpose.as_str(), "tracking" | "label-link");
    if let Some(sample) = sample.as_ref().filter(|_| tracking) {
        let request = format!("GET {}", sample.request);
        all.push(one("request", &request, None, allowed));
        if sample.enumerate {
            all.push(one(
                "request",
                &request,
                Some("neighbouring-numbers"),
                allowed,
            ));
        }
    }
    all
}

//! What is asked of an endpoint, and the addresses behind its name.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use super::leaf::{TIMEOUT, UNRESOLVED};
use crate::model::{MailDomain, Sample};

/// What is asked of an endpoint.
#[derive(Debug, Clone)]
pub struct ProbeTarget {
    /// The host: a name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The name to send; the host where absent, none where empty.
    pub sni: Option<String>,
    /// Addresses that stand for the host, instead of those that its name resolves to.
    pub at: Vec<IpAddr>,
    /// Roots to trust; the system's where absent.
    pub roots: Option<PathBuf>,
    /// Also one `GET /`?
    pub http: bool,
    /// The protocol before TLS.
    pub starttls: Option<String>,
    /// May more be asked than any visitor asks?
    pub authorised: bool,
    /// Ports that should be closed.
    pub closed: Vec<u16>,
    /// Does it show shipments to the public?
    pub tracking: bool,
    /// The waybill that it is asked for.
    pub sample: Option<Sample>,
    /// The domain whose mail is handled here.
    pub mail: Option<Box<MailDomain>>,
}

impl ProbeTarget {
    /// Reads `host:port`, `[::1]:443`, or a host alone, which means port 443.
    pub fn parse(address: &str) -> Option<Self> {
        let address = address.trim();
        let address = address.strip_prefix("https://").unwrap_or(address);
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = split(address)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let host = host.strip_suffix('.').unwrap_or(host);
        if host.is_empty() || host.len() > 253 || !host.chars().all(fits) {
            return None;
        }
        Some(Self {
            host: host.to_ascii_lowercase(),
            port: port.parse().ok().filter(|port| *port != 0)?,
            sni: None,
            at: Vec::new(),
            roots: None,
            http: true,
            starttls: None,
            authorised: false,
            closed: Vec::new(),
            tracking: false,
            sample: None,
            mail: None,
        })
    }

    /// The name that the certificate must be for.
    pub fn name(&self) -> &str {
        match self.sni.as_deref() {
            Some("") | None => &self.host,
            Some(name) => name,
        }
    }

    /// The name that is sent; an address is never sent (RFC 6066).
    pub fn sent_name(&self) -> Option<String> {
        let silent = self.sni.as_deref() == Some("");
        let address = self.name().parse::<IpAddr>().is_ok();
        (!silent && !address).then(|| self.name().to_owned())
    }

    /// All addresses of the host, sorted, at most [`MAX_ADDRESSES`].
    ///
    /// # Errors
    /// The `why` where there is none.
    pub(super) async fn addresses(&self, wait: Duration) -> Result<Vec<IpAddr>, &'static str> {
        let mut found: Vec<IpAddr> = if !self.at.is_empty() {
            self.at.clone()
        } else if let Ok(address) = self.host.parse() {
            vec![address]
        } else {
            let lookup = lookup_host((self.host.as_str(), self.port));
            let answer = timeout(wait.min(RESOLVE), lookup)
                .await
                .map_err(|_| TIMEOUT)?;
            let answer = answer.map_err(|_| UNRESOLVED)?;
            answer.map(|socket| socket.ip()).collect()
        };
        found.sort();
        found.dedup();
        match found.is_empty() {
            true => Err(UNRESOLVED),
            false => Ok(found),
        }
    }
}

fn split(address: &str) -> Option<(&str, &str)> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        let port = match rest {
            "" => "443",
            rest => rest.strip_prefix(':')?,
        };
        return Some((host, port));
    }
    match address.rsplit_once(':') {
        None => Some((address, "443")),
        // `::1` without brackets is an address, not a host and a port.
        Some((host, _)) if host.contains(':') => {
            address.parse::<std::net::Ipv6Addr>().ok()?;
            Some((address, "443"))
        }
        Some(parts) => Some(parts),
    }
}

/// The longest wait for a name.
const RESOLVE: Duration = Duration::from_secs(3);

/// The most addresses of one name that are asked.
pub(super) const MAX_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = |words| ProbeTarget::parse(words).map(|t| (t.host, t.port));
        assert_eq!(
            read("Tracuu.Example.vn:8443"),
            Some(("tracuu.example.vn".into(), 8443))
        );
        assert_eq!(read("https://a.example/"), Some(("a.example".into(), 443)));
        assert_eq!(read("[::1]:444"), Some(("::1".into(), 444)));
        assert_eq!(read("::1"), Some(("::1".into(), 443)));
        for bad in ["", "a:0", "a:99999", "a b", "http://a", "[x]:1", "a/b:1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_and_silence() {
        let mut target = ProbeTarget::parse("127.0.0.1:443").unwrap();
        assert_eq!(target.sent_name(), None);
        target.sni = Some("a.example".into());
        assert_eq!(target.sent_name().as_deref(), Some("a.example"));
        let mut target = ProbeTarget::parse("a.example").unwrap();
        target.sni = Some(String::new());
        assert_eq!((target.sent_name(), target.name()), (None, "a.example"));
    }
}

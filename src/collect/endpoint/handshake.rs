//! One real handshake: what the server agrees to, and every certificate that it sends, taken without judging.
//!
//! The verifier of `recorder` accepts all certificates and records them. It must never serve a connection
//! that carries anything of ours.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::leaf::{
    CAPPED, CLOSED, NOT_TLS, PROTOCOL, REFUSED, RESET, STARTTLS_NOT_OFFERED, TIMEOUT, UNREACHABLE,
};
use super::recorder::{Recorder, Shown};
use super::starttls::{self, Refused, Starttls};
use super::tap::{Tap, TooMuch};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest wait for a handshake, all of it.
pub(super) const HELLO: Duration = Duration::from_secs(6);

/// A version that rustls speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Version {
    /// Its key in `versions`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Tls12 => "tls1_2",
            Self::Tls13 => "tls1_3",
        }
    }
}

/// Which certificates the hello asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Whichever the server prefers.
    Any,
    /// Only those with an RSA key.
    Rsa,
    /// Only those with another key.
    NotRsa,
    /// Only those with a key for ECDSA.
    Ecdsa,
    /// Only those with a key of Edwards curves.
    Edwards,
}

/// Where and how long.
#[derive(Debug, Clone)]
pub(super) struct Dial {
    /// The address.
    pub(super) addr: SocketAddr,
    /// The name to send, or an address, which is not sent.
    pub(super) name: ServerName<'static>,
    /// Send the name?
    pub(super) send_name: bool,
    /// The protocol in which TLS is begun.
    pub(super) starttls: Option<Starttls>,
    /// The longest wait of one call.
    pub(super) timeout: Duration,
    /// The end of the whole asking at this address.
    pub(super) deadline: Instant,
}

impl Dial {
    /// A connection on which TLS can begin.
    pub(super) async fn open(&self) -> Result<TcpStream, Closed> {
        let mut stream = connect(self.addr, self.timeout, self.deadline)
            .await
            .map_err(Closed::Port)?;
        let _ = stream.set_nodelay(true);
        if let Some(protocol) = self.starttls {
            let until = self.until();
            let name = self.name.to_str();
            let done = starttls::upgrade(&mut stream, protocol, &name, until).await;
            done.map_err(Closed::Before)?;
        }
        Ok(stream)
    }

    /// The end of one call that begins now.
    pub(super) fn until(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout.min(HELLO))
    }
}

/// Why TLS could not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The port took no connection.
    Port(&'static str),
    /// The protocol before TLS did not lead to it.
    Before(Refused),
}

impl Closed {
    /// The `why` of what was to be seen behind it.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Port(why) | Self::Before(Refused::Unseen(why)) => why,
            Self::Before(Refused::NotOffered) => STARTTLS_NOT_OFFERED,
        }
    }
}

/// What came of one handshake.
#[derive(Debug, Default)]
pub(super) struct Hello {
    /// Did the port take the connection?
    pub(super) connected: bool,
    /// Does the protocol before TLS lead to it? None where there is none, or nothing was learned.
    pub(super) starttls: Option<bool>,
    /// What was agreed; none where the handshake did not end.
    pub(super) agreed: Option<Agreed>,
    /// Why it did not end.
    pub(super) why: Option<String>,
    /// What the server sent of itself.
    pub(super) shown: Shown,
    /// The first bytes that came back.
    pub(super) reply: Vec<u8>,
}

impl Hello {
    /// Did the server choose this version? It did once it sent a certificate in it.
    pub(super) fn offered(&self) -> bool {
        self.agreed.is_some() || !self.shown.chain.is_empty()
    }

    fn failed(why: impl Into<String>) -> Self {
        Self {
            why: Some(why.into()),
            ..Self::default()
        }
    }
}

/// What one handshake agreed on.
#[derive(Debug)]
pub(super) struct Agreed {
    /// IANA name of the suite.
    pub(super) suite: Option<String>,
    /// The key exchange group.
    pub(super) group: Option<String>,
    /// The application protocol.
    pub(super) alpn: Option<String>,
}

/// The one place that chooses the cryptography.
pub(super) fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Connects; the `why` where the port does not take it.
pub(super) async fn connect(
    addr: SocketAddr,
    timeout: Duration,
    deadline: Instant,
) -> Result<TcpStream, &'static str> {
    let until = deadline.min(Instant::now() + timeout.min(CONNECT));
    match timeout_at(until, TcpStream::connect(addr)).await {
        Err(_) => Err(TIMEOUT),
        Ok(Err(error)) => Err(why_of_io(&error)),
        Ok(Ok(stream)) => Ok(stream),
    }
}

/// One handshake in this version only.
pub(super) async fn shake(dial: &Dial, version: Version, family: Family) -> Hello {
    let stream = match dial.open().await {
        Ok(stream) => stream,
        Err(closed) => {
            return Hello {
                connected: matches!(closed, Closed::Before(_)),
                starttls: (closed == Closed::Before(Refused::NotOffered)).then_some(false),
                ..Hello::failed(closed.why())
            };
        }
    };
    let record = Arc::new(Recorder::new(family));
    let config = match configure(version, dial.send_name, &record) {
        Ok(config) => config,
        Err(_) => return Hello::failed(PROTOCOL),
    };
    let mut tap = Tap::new(stream);
    let until = dial.until();
    let connector = TlsConnector::from(Arc::new(config));
    let result = timeout_at(until, connector.connect(dial.name.clone(), &mut tap)).await;
    let (agreed, error) = match result {
        Err(_) => (None, Some(TIMEOUT.to_owned())),
        Ok(Err(error)) => (None, Some(why_of_tls(&error))),
        Ok(Ok(tls)) => (Some(agreed(tls.get_ref().1)), None),
    };
    let reply = tap.first;
    let why = match error.as_deref() {
        Some(PROTOCOL) if !looks_like_tls(&reply) => Some(NOT_TLS.to_owned()),
        Some(_) | None => error,
    };
    Hello {
        connected: true,
        starttls: dial.starttls.map(|_| true),
        agreed,
        why,
        shown: record.shown(),
        reply,
    }
}

fn configure(
    version: Version,
    sni: bool,
    record: &Arc<Recorder>,
) -> Result<ClientConfig, rustls::Error> {
    let only = match version {
        Version::Tls12 => &rustls::version::TLS12,
        Version::Tls13 => &rustls::version::TLS13,
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[only])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(record) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(Arc::clone(record) as Arc<dyn ResolvesClientCert>);
    config.enable_sni = sni;
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn agreed(connection: &rustls::ClientConnection) -> Agreed {
    let suite = connection.negotiated_cipher_suite();
    let group = connection.negotiated_key_exchange_group();
    Agreed {
        // rustls writes TLS13_…, IANA writes TLS_….
        suite: suite.map(|suite| format!("{:?}", suite.suite()).replace("TLS13_", "TLS_")),
        group: group.map(|group| format!("{:?}", group.name()).to_lowercase()),
        alpn: connection
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
    }
}

/// The content types of TLS records; the high bit of the first byte is that of an SSLv2 record.
fn looks_like_tls(reply: &[u8]) -> bool {
    matches!(reply, [20..=23, 3, ..])
}

/// The `why` of a failed connection.
pub(super) fn why_of_io(error: &io::Error) -> &'static str {
    if error.get_ref().is_some_and(|inner| inner.is::<TooMuch>()) {
        return CAPPED;
    }
    let kind = error.kind();
    if kind == io::ErrorKind::ConnectionRefused {
        REFUSED
    } else if matches!(
        kind,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    ) {
        RESET
    } else if matches!(
        kind,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionAborted
    ) {
        CLOSED
    } else if kind == io::ErrorKind::TimedOut {
        TIMEOUT
    } else if kind == io::ErrorKind::InvalidData {
        PROTOCOL
    } else {
        UNREACHABLE
    }
}

fn why_of_tls(error: &io::Error) -> String {
    let inner = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::AlertReceived(alert)) => format!("alert:{}", u8::from(*alert)),
        Some(rustls::Error::PeerIncompatible(what)) => {
            use rustls::PeerIncompatible as P;
            let lower = matches!(
                what,
                P::ServerDoesNotSupportTls12Or13 | P::ServerTlsVersionIsDisabledByOurConfig
            );
            if lower { LOWER_VERSION } else { PROTOCOL }.to_owned()
        }
        Some(_) => PROTOCOL.to_owned(),
        None => why_of_io(error).to_owned(),
    }
}

/// The server answered in a version that was not asked for.
pub(super) const LOWER_VERSION: &str = "lower_version";

//! One `GET /` over https at one address, and the other requests that a permission allows.
//!
//! Redirects are not followed, bodies and values of cookies are not kept, proxies of the environment are not
//! used. The client takes every certificate: trust is judged apart, and nothing of ours is sent.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::time::Instant;

use super::body;
use super::facts::HttpFacts;
use super::handshake::{provider, why_of_io};
use super::headers::{self, Answer};
use super::leaf::{AMBIGUOUS, CAPPED, NOT_APPLICABLE, PROTOCOL, REFUSED, TIMEOUT};
use crate::collect::label;

/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The most of a body that is read.
const MAX_BODY: usize = 256 * 1024;
/// The most headers that are taken.
const MAX_HEADERS: usize = 128;

/// Whom to ask.
pub(super) struct Web<'a> {
    host: &'a str,
    addr: SocketAddr,
    client: Result<Client, ()>,
    /// The longest wait for one answer.
    wait: Duration,
    /// The end of all asking.
    until: Instant,
}

impl Page {
    /// The content, or a part of it.
    pub(super) fn is_served(&self) -> bool {
        matches!(self.status, 200 | 203 | 206)
    }
}

/// What port 80 does.
pub(super) enum Plain {
    /// It sends the client to this scheme and host.
    SentTo(String),
    /// It serves a page in clear.
    Served,
}

/// An answer that is looked at in memory and dropped.
pub(super) struct Page {
    /// The status code.
    pub(super) status: u16,
    /// The media type as sent.
    pub(super) media_type: String,
    /// How it asks for a name and a password; empty where it does not.
    pub(super) realm: String,
    /// Why this is not all of it: `capped`, or packed or written in a way that is not read.
    pub(super) lacks: Option<&'static str>,
    /// The text.
    pub(super) body: String,
}

impl<'a> Web<'a> {
    /// `host` is the name in the address line, `addr` the address that stands for it, `timeout` the longest wait of
    /// one call, `until` the end of all of them.
    pub(super) fn new(host: &'a str, addr: SocketAddr, timeout: Duration, until: Instant) -> Self {
        Self {
            host,
            addr,
            client: client(host, addr),
            wait: timeout.min(ANSWER),
            until,
        }
    }

    /// One `GET /`.
    pub(super) async fn front(&self) -> HttpFacts {
        match self.get("https", self.addr, "/", &[]).await {
            Err(why) => HttpFacts::unseen(why),
            Ok(response) => {
                let headers: Vec<(String, String)> = response
                    .headers()
                    .iter()
                    .map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                        (name.as_str().to_owned(), value)
                    })
                    .collect();
                headers::read(&Answer {
                    status: response.status().as_u16(),
                    headers: &headers,
                    redirects_to: redirect_of(&response).unwrap_or_default(),
                })
            }
        }
    }

    /// The host that port 80 sends the client to, and whether it does so over https.
    ///
    /// # Errors
    /// The reason why that was not seen.
    pub(super) async fn plain(&self) -> Result<Plain, &'static str> {
        let plain = SocketAddr::new(self.addr.ip(), 80);
        let response = match self.get("http", plain, "/", &[]).await {
            // Nothing there to be sent away from.
            Err(REFUSED) => return Err(NOT_APPLICABLE),
            Err(why) => return Err(why),
            Ok(response) => response,
        };
        let status = response.status();
        let to = redirect_of(&response).unwrap_or_default();
        match (status.is_redirection(), status.is_success()) {
            (true, _) if to.is_empty() => Err(AMBIGUOUS),
            (true, _) => Ok(Plain::SentTo(to)),
            (false, true) => Ok(Plain::Served),
            // An error page is neither the service nor the way to it.
            (false, false) => Err(AMBIGUOUS),
        }
    }

    /// What a script of this foreign origin may read of `GET /`: the two headers of CORS.
    ///
    /// # Errors
    /// The reason why there is no answer.
    pub(super) async fn foreign(&self, origin: &str) -> Result<(String, bool), &'static str> {
        let asked = [("origin", origin)];
        let response = self.get("https", self.addr, "/", &asked).await?;
        // What a redirect, or a server in trouble, leaves out is not what the page does.
        let status = response.status();
        if status.is_redirection() || status.is_server_error() || status.as_u16() == 429 {
            return Err(AMBIGUOUS);
        }
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|v| v.to_str().ok());
            value.unwrap_or_default().trim().to_owned()
        };
        let credentials = header("access-control-allow-credentials");
        Ok((header("access-control-allow-origin"), credentials == "true"))
    }

    /// A page as anybody gets it: status, media type, body. A redirect is not followed and shows nothing.
    ///
    /// # Errors
    /// The reason why there is no page.
    pub(super) async fn page(&self, path: &str) -> Result<Page, &'static str> {
        let response = self.get("https", self.addr, path, &[]).await?;
        if response.status().is_redirection() {
            return Err(AMBIGUOUS);
        }
        let status = response.status().as_u16();
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|v| v.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (media_type, realm) = (header("content-type"), header("www-authenticate"));
        let all = response.headers().get_all("content-encoding");
        let packed: Vec<&str> = all.iter().filter_map(|v| v.to_str().ok()).collect();
        let packed = packed.join(",");
        let bytes = bytes(response).await?;
        let cut = (bytes.len() >= MAX_BODY).then_some(CAPPED);
        let (bytes, broken) = body::unpacked(bytes, &packed);
        let (body, odd) = if media_type.to_ascii_lowercase().contains("pdf") {
            match label::pdf_page(&bytes) {
                Some((page, all)) => (page, (!all).then_some(CAPPED)),
                None => (String::new(), None),
            }
        } else {
            let read = body::text(&bytes, &media_type);
            (read.text, read.lacks)
        };
        Ok(Page {
            status,
            media_type,
            realm,
            lacks: cut.or(broken).or(odd),
            body,
        })
    }

    async fn get(
        &self,
        scheme: &str,
        addr: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Response, &'static str> {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.to_owned(),
        };
        let url = format!("{scheme}://{host}:{}{path}", addr.port());
        let client = self.client.as_ref().map_err(|()| PROTOCOL)?;
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(TIMEOUT);
        }
        let mut ask = client.get(url).timeout(self.wait.min(left));
        for (name, value) in headers {
            ask = ask.header(*name, *value);
        }
        ask.send().await.map_err(|error| why_of(&error))
    }
}

/// A client that reaches this host at this address only; a port in the address line counts.
fn client(host: &str, addr: SocketAddr) -> Result<Client, ()> {
    let mut tls = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(drop)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(TakeAll))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .resolve_to_addrs(host, &[addr])
        .user_agent(concat!(
            "capdo/",
            env!("CARGO_PKG_VERSION"),
            " (security self-audit)"
        ))
        .build()
        .map_err(drop)
}

/// Scheme and host that a redirect leads to; paths may carry what is not ours to keep.
fn redirect_of(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get("location")?.to_str().ok()?;
    let to = response.url().join(location).ok()?;
    Some(to.origin().ascii_serialization())
}

/// What is read of an answer, up to the cap.
async fn bytes(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| why_of(&error))? {
        let room = MAX_BODY.saturating_sub(bytes.len()).min(chunk.len());
        bytes.extend_from_slice(&chunk[..room]);
        if bytes.len() >= MAX_BODY {
            break;
        }
    }
    Ok(bytes)
}

fn why_of(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return TIMEOUT;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return why_of_io(io);
        }
        cause = inner.source();
    }
    PROTOCOL
}

/// Takes every certificate: what the connection carries is one `GET /` of ours and nothing secret.
#[derive(Debug)]
struct TakeAll;

impl ServerCertVerifier for TakeAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

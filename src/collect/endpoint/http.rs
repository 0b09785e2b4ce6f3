//! One `GET /` over https at one address; with a permission, two more questions.
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

use super::facts::HttpFacts;
use super::handshake::{provider, why_of_io};
use super::headers::{self, Answer};
use super::leaf::{AMBIGUOUS, Leaf, NOT_APPLICABLE, NOT_ASKED, PROTOCOL, REFUSED, TIMEOUT};

/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The most of a body that is read.
const MAX_BODY: usize = 256 * 1024;
/// The most headers that are taken.
const MAX_HEADERS: usize = 128;

/// Whom to ask.
pub(super) struct Web<'a> {
    /// The name in the address line.
    pub(super) host: &'a str,
    /// The address that stands for it.
    pub(super) addr: SocketAddr,
    /// The longest wait of one call.
    pub(super) timeout: Duration,
}

/// An answer that is looked at in memory and dropped.
pub(super) struct Page {
    /// The status code.
    pub(super) status: u16,
    /// The media type as sent.
    pub(super) media_type: String,
    /// Was all of it read?
    pub(super) whole: bool,
    /// The text.
    pub(super) body: String,
}

impl Web<'_> {
    /// One `GET /`.
    pub(super) async fn front(&self) -> HttpFacts {
        match self.get("https", self.addr, "/").await {
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

    /// Does port 80 send the client to https? Only with a permission.
    pub(super) async fn plain_redirect(&self) -> Leaf<bool> {
        let plain = SocketAddr::new(self.addr.ip(), 80);
        match self.get("http", plain, "/").await {
            // Nothing there to be sent away from.
            Err(REFUSED) => Leaf::unseen(NOT_APPLICABLE),
            Err(why) => Leaf::unseen(why),
            Ok(response) => {
                let status = response.status();
                let to = redirect_of(&response).unwrap_or_default();
                match (status.is_redirection(), status.is_success()) {
                    (true, _) => Leaf::seen(to.starts_with("https://")),
                    (false, true) => Leaf::seen(false),
                    // An error page is neither the service nor the way to it.
                    (false, false) => Leaf::unseen(AMBIGUOUS),
                }
            }
        }
    }

    /// Is there a way to report weaknesses (RFC 9116)? Only with a permission.
    pub(super) async fn security_txt(&self) -> Leaf<bool> {
        let response = match self
            .get("https", self.addr, "/.well-known/security.txt")
            .await
        {
            Err(why) => return Leaf::unseen(why),
            Ok(response) => response,
        };
        if !response.status().is_success() {
            // A redirect to where the file stands is allowed by the RFC; it was not followed.
            return match response.status().is_redirection() {
                true => Leaf::unseen(NOT_ASKED),
                false => Leaf::seen(false),
            };
        }
        match body(response).await {
            Err(why) => Leaf::unseen(why),
            Ok(text) => Leaf::seen(text.lines().any(|line| {
                line.get(..8)
                    .is_some_and(|head| head.eq_ignore_ascii_case("contact:"))
            })),
        }
    }

    /// A page as anybody gets it: status, media type, body. A redirect is not followed and shows nothing.
    ///
    /// # Errors
    /// The reason why there is no page.
    pub(super) async fn page(&self, path: &str) -> Result<Page, &'static str> {
        let response = self.get("https", self.addr, path).await?;
        if response.status().is_redirection() {
            return Err(AMBIGUOUS);
        }
        let status = response.status().as_u16();
        let media_type = response.headers().get("content-type");
        let media_type = media_type.and_then(|v| v.to_str().ok()).unwrap_or_default();
        let media_type = media_type.to_owned();
        let body = body(response).await?;
        Ok(Page {
            status,
            media_type,
            whole: body.len() < MAX_BODY,
            body,
        })
    }

    async fn get(
        &self,
        scheme: &str,
        addr: SocketAddr,
        path: &str,
    ) -> Result<Response, &'static str> {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.to_owned(),
        };
        let url = format!("{scheme}://{host}:{}{path}", addr.port());
        let client = self.client(addr).map_err(|_| PROTOCOL)?;
        let answer = client.get(url).send();
        answer.await.map_err(|error| why_of(&error))
    }

    fn client(&self, addr: SocketAddr) -> Result<Client, ()> {
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
            .resolve_to_addrs(self.host, &[addr])
            .timeout(self.timeout.min(ANSWER))
            .user_agent(concat!(
                "capdo/",
                env!("CARGO_PKG_VERSION"),
                " (security self-audit)"
            ))
            .build()
            .map_err(drop)
    }
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

async fn body(mut response: Response) -> Result<String, &'static str> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| why_of(&error))? {
        let room = MAX_BODY.saturating_sub(bytes.len()).min(chunk.len());
        bytes.extend_from_slice(&chunk[..room]);
        if bytes.len() >= MAX_BODY {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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

//! `tls-facts/1`: what was seen at one address of an endpoint, as it stands on one line of JSON.
//!
//! Structure keys are bare; each thing that a control may judge is a [`Leaf`]. Keys are only added.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::leaf::{Leaf, NOT_ASKED};

/// The name of this form.
pub const SCHEMA: &str = "tls-facts/1";

/// The keys of `versions`, oldest first.
pub const VERSIONS: [&str; 6] = ["ssl2", "ssl3", "tls1_0", "tls1_1", "tls1_2", "tls1_3"];

/// What was seen at one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was asked.
    pub target: TargetFacts,
    /// How the asking went.
    pub probe: ProbeFacts,
    /// `ok` where the port took a connection.
    #[serde(default)]
    pub tcp: Leaf<String>,
    /// Did it speak TLS (true) or plain HTTP on this port (false)?
    #[serde(default)]
    pub encrypted: Leaf<bool>,
    /// Was this version offered?
    #[serde(default)]
    pub versions: BTreeMap<String, Leaf<bool>>,
    /// The suites of each version.
    #[serde(default)]
    pub suites: BTreeMap<String, SuiteFacts>,
    /// What one handshake of each version agreed on.
    #[serde(default)]
    pub negotiated: BTreeMap<String, Negotiated>,
    /// Key exchange groups.
    #[serde(default)]
    pub groups: Leaf<Vec<String>>,
    /// Bits of the finite-field Diffie-Hellman prime.
    #[serde(default)]
    pub dh_bits: Leaf<i64>,
    /// TLS compression.
    #[serde(default)]
    pub compression: Leaf<bool>,
    /// RFC 5746.
    #[serde(default)]
    pub secure_renegotiation: Leaf<bool>,
    /// Does the server let a client renegotiate?
    #[serde(default)]
    pub client_renegotiation: Leaf<bool>,
    /// RFC 7507.
    #[serde(default)]
    pub fallback_scsv: Leaf<bool>,
    /// RFC 7627.
    #[serde(default)]
    pub extended_master_secret: Leaf<bool>,
    /// Was STARTTLS offered?
    #[serde(default)]
    pub starttls: Leaf<bool>,
    /// `none`, `requested`, `required`.
    #[serde(default)]
    pub client_cert: Leaf<String>,
    /// Each certificate that the server has, with its chain.
    #[serde(default)]
    pub certs: Vec<CertFacts>,
    /// What one `GET /` gave.
    #[serde(default, deserialize_with = "null_is_silent")]
    pub http: HttpFacts,
    /// Of the ports that should be closed, those that are open.
    #[serde(default)]
    pub open_ports: Leaf<Vec<i64>>,
    /// The first bytes of what came back.
    #[serde(default)]
    pub evidence: Vec<ReplyFacts>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// The name, as the user wrote it.
    pub name: String,
    /// The address; none where the name did not resolve.
    #[serde(default)]
    pub addr: Option<String>,
    /// The port.
    pub port: u16,
    /// The name sent in the hello.
    #[serde(default)]
    pub sni: Option<String>,
    /// The protocol before TLS.
    #[serde(default)]
    pub starttls: Option<String>,
}

/// How the asking went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeFacts {
    /// When, RFC 3339.
    #[serde(default)]
    pub started: String,
    /// How long.
    #[serde(default)]
    pub wall_ms: u64,
    /// How many connections were made.
    #[serde(default)]
    pub connections: u32,
    /// `complete`, `partial`, `failed`.
    pub state: ProbeState,
    /// Why it is not complete.
    #[serde(default)]
    pub reason: Option<String>,
}

/// How far the asking came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProbeState {
    /// Everything that was asked was answered.
    Complete,
    /// Some of it.
    Partial,
    /// Nothing.
    Failed,
}

/// The suites of one version, IANA names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SuiteFacts {
    /// The suites.
    pub v: Option<Vec<String>>,
    /// Why they were not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Who chooses: `server`, `client`.
    #[serde(default)]
    pub order: Option<String>,
    /// Are these all?
    #[serde(default)]
    pub complete: bool,
}

/// What one handshake agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Negotiated {
    /// The suite.
    #[serde(default)]
    pub suite: Leaf<String>,
    /// The key exchange group.
    #[serde(default)]
    pub group: Leaf<String>,
    /// The application protocol; `none` where the server chose none.
    #[serde(default)]
    pub alpn: Leaf<String>,
}

/// One certificate of the server, with the chain that it sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertFacts {
    /// `rsa`, `ecdsa`, `ed25519`.
    #[serde(default)]
    pub sig_family: String,
    /// As sent, the server's own first.
    #[serde(default)]
    pub chain: Vec<ChainCert>,
    /// Would a client with these roots take it now? The name is judged apart.
    #[serde(default)]
    pub trusted: Trusted,
    /// Does it lead to a root, the dates of the server's own certificate left aside?
    #[serde(default)]
    pub anchored: Leaf<bool>,
    /// Is it for this name?
    #[serde(default)]
    pub name_ok: Leaf<bool>,
    /// Was the moment of asking within its dates?
    #[serde(default)]
    pub in_date: Leaf<bool>,
    /// Whole days from the moment of asking to its end; negative after it.
    #[serde(default)]
    pub days_left: Leaf<i64>,
    /// Whole days from its beginning to its end, rounded up.
    #[serde(default)]
    pub validity_days: Leaf<i64>,
    /// Is it its own issuer?
    #[serde(default)]
    pub self_signed: Leaf<bool>,
    /// Is each certificate issued by the next?
    #[serde(default)]
    pub order_ok: Leaf<bool>,
    /// Is a link between it and a root not sent?
    #[serde(default)]
    pub missing_intermediate: Leaf<bool>,
    /// RFC 7633.
    #[serde(default)]
    pub must_staple: Leaf<bool>,
    /// How many timestamps of Certificate Transparency stand in it.
    #[serde(default)]
    pub scts: Leaf<i64>,
    /// `none`, `good`, `revoked`, `unknown`, `expired`; `present` where it could not be read.
    #[serde(default)]
    pub staple: Leaf<String>,
    /// Did the server prove that it has the key?
    #[serde(default)]
    pub key_proven: Leaf<bool>,
    /// How many of the certificates sent are no part of its path.
    #[serde(default)]
    pub superfluous: Leaf<i64>,
}

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChainCert {
    /// Of its DER form.
    pub sha256: String,
    /// Its distinguished name, without attributes of persons.
    pub subject: String,
    /// Its issuer's.
    pub issuer: String,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
    /// Its key.
    pub key: KeyFacts,
    /// `rsa-sha256`.
    pub sig: String,
    /// Names and addresses that it is for.
    pub san: Vec<String>,
    /// Purposes; empty where it does not limit them.
    pub eku: Vec<String>,
    /// May it issue others?
    pub ca: bool,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyFacts {
    /// `rsa`, `ec`, `ed25519`, `dsa`, or an object identifier.
    pub alg: String,
    /// Its size; none where it could not be told.
    #[serde(default)]
    pub bits: Option<i64>,
}

/// What a client with certain roots makes of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trusted {
    /// Trusted?
    pub v: Option<bool>,
    /// Why not, or why it could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// SHA-256 of the roots.
    #[serde(default)]
    pub anchors: Option<String>,
    /// `file:NAME` or `system`.
    #[serde(default)]
    pub roots: Option<String>,
}

/// What one `GET /` gave. Values of cookies and bodies are never kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpFacts {
    /// The status code.
    pub status: Leaf<i64>,
    /// The media type.
    pub content_type: Leaf<String>,
    /// Scheme and host that it sends the client to; empty where it does not.
    pub redirects_to: Leaf<String>,
    /// Seconds of Strict-Transport-Security; 0 where there is no such policy.
    pub hsts_max_age: Leaf<i64>,
    /// Does it hold for subdomains?
    pub hsts_include_subdomains: Leaf<bool>,
    /// Does it ask to be preloaded?
    pub hsts_preload: Leaf<bool>,
    /// Is there a Content-Security-Policy that is enforced?
    pub csp: Leaf<bool>,
    /// Its text; empty where there is none.
    pub csp_policy: Leaf<String>,
    /// `X-Content-Type-Options: nosniff`?
    pub nosniff: Leaf<bool>,
    /// Who may frame the page: `none`, `same-origin`, `listed`, `any`.
    pub frame_policy: Leaf<String>,
    /// Referrer-Policy; empty where there is none.
    pub referrer_policy: Leaf<String>,
    /// Names and flags.
    pub cookies: Leaf<Vec<CookieFacts>>,
    /// The Server header; empty where there is none.
    pub server: Leaf<String>,
    /// X-Powered-By and the like, each as `name: value`.
    pub powered_by: Leaf<Vec<String>>,
    /// Does any of these headers show a version?
    pub version_shown: Leaf<bool>,
    /// Does plain HTTP on port 80 send the client to https?
    pub redirect_to_https: Leaf<bool>,
    /// Does that lead to this host, with or without `www.`?
    pub redirect_stays: Leaf<bool>,
    /// Is there a security.txt with a contact (RFC 9116)?
    pub security_txt: Leaf<bool>,
    /// Does it name an end that has not passed?
    pub security_txt_current: Leaf<bool>,
    /// Does an error page show a stack trace?
    pub error_trace: Leaf<bool>,
    /// Of a short fixed list of paths of administration, those that are open.
    pub open_paths: Leaf<Vec<String>>,
    /// What a foreign origin gets: `none`, `any`, `reflected`, `null`, `listed`.
    pub cors_origin: Leaf<String>,
    /// May it send the user's cookies along?
    pub cors_credentials: Leaf<bool>,
}

/// A cookie without its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CookieFacts {
    /// Its name.
    pub name: String,
    /// Only over https?
    pub secure: bool,
    /// Out of reach of scripts?
    pub http_only: bool,
    /// `Strict`, `Lax`, `None`; none where it does not say.
    pub same_site: Option<String>,
}

/// The first bytes of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyFacts {
    /// The fact that rests on it.
    pub fact: String,
    /// Lower-case hex.
    pub reply_hex: String,
}

impl TlsFacts {
    /// Facts of which nothing was seen yet: every leaf says `why`, except what this prober never asks.
    pub fn unseen(target: TargetFacts, started: String, why: &str) -> Self {
        let mut versions = BTreeMap::new();
        let mut suites = BTreeMap::new();
        for version in VERSIONS {
            versions.insert(version.to_owned(), Leaf::unseen(why));
            let unread = SuiteFacts {
                why: Some(why.to_owned()),
                ..SuiteFacts::default()
            };
            suites.insert(version.to_owned(), unread);
        }
        let negotiated = VERSIONS[4..]
            .iter()
            .map(|version| ((*version).to_owned(), Negotiated::unseen(why)))
            .collect();
        Self {
            schema: SCHEMA.to_owned(),
            target,
            probe: ProbeFacts {
                started,
                wall_ms: 0,
                connections: 0,
                state: ProbeState::Failed,
                reason: Some(why.to_owned()),
            },
            tcp: Leaf::unseen(why),
            encrypted: Leaf::unseen(why),
            versions,
            suites,
            negotiated,
            groups: Leaf::unseen(why),
            dh_bits: Leaf::unseen(why),
            compression: Leaf::unseen(why),
            secure_renegotiation: Leaf::unseen(why),
            client_renegotiation: Leaf::unseen(NOT_ASKED),
            fallback_scsv: Leaf::unseen(why),
            extended_master_secret: Leaf::unseen(why),
            starttls: Leaf::unseen(why),
            client_cert: Leaf::unseen(why),
            certs: Vec::new(),
            http: HttpFacts::unseen(why),
            open_ports: Leaf::unseen(NOT_ASKED),
            evidence: Vec::new(),
        }
    }
}

impl Negotiated {
    /// Nothing was agreed.
    pub fn unseen(why: &str) -> Self {
        Self {
            suite: Leaf::unseen(why),
            group: Leaf::unseen(why),
            alpn: Leaf::unseen(why),
        }
    }
}

impl HttpFacts {
    /// What only a permission opens stays closed, for this reason.
    pub fn not_permitted(&mut self, why: &str) {
        self.redirect_to_https = Leaf::unseen(why);
        self.redirect_stays = Leaf::unseen(why);
        self.security_txt = Leaf::unseen(why);
        self.security_txt_current = Leaf::unseen(why);
        self.error_trace = Leaf::unseen(why);
        self.open_paths = Leaf::unseen(why);
        self.cors_origin = Leaf::unseen(why);
        self.cors_credentials = Leaf::unseen(why);
    }

    /// Nothing was seen. What needs a permission stays `not_asked`.
    pub fn unseen(why: &str) -> Self {
        Self {
            status: Leaf::unseen(why),
            content_type: Leaf::unseen(why),
            redirects_to: Leaf::unseen(why),
            hsts_max_age: Leaf::unseen(why),
            hsts_include_subdomains: Leaf::unseen(why),
            hsts_preload: Leaf::unseen(why),
            csp: Leaf::unseen(why),
            csp_policy: Leaf::unseen(why),
            nosniff: Leaf::unseen(why),
            frame_policy: Leaf::unseen(why),
            referrer_policy: Leaf::unseen(why),
            cookies: Leaf::unseen(why),
            server: Leaf::unseen(why),
            powered_by: Leaf::unseen(why),
            version_shown: Leaf::unseen(why),
            redirect_to_https: Leaf::unseen(NOT_ASKED),
            redirect_stays: Leaf::unseen(NOT_ASKED),
            security_txt: Leaf::unseen(NOT_ASKED),
            security_txt_current: Leaf::unseen(NOT_ASKED),
            error_trace: Leaf::unseen(NOT_ASKED),
            open_paths: Leaf::unseen(NOT_ASKED),
            cors_origin: Leaf::unseen(NOT_ASKED),
            cors_credentials: Leaf::unseen(NOT_ASKED),
        }
    }
}

/// `"http": null` says as little as no key at all.
fn null_is_silent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HttpFacts, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

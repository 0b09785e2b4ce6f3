//! Takes every certificate of a server and writes down what it saw. Never judges.
//!
//! It must never serve a connection that carries anything of ours.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme};

use super::handshake::{Family, provider};

/// What the server sent of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// Its certificates, as sent.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Did it prove that it has the key? None: it did not come to that.
    pub(super) key_proven: Option<bool>,
    /// The OCSP response that it stapled.
    pub(super) staple: Option<Vec<u8>>,
    /// Did it ask for a certificate of ours?
    pub(super) asks_for_certificate: bool,
}

/// Takes every certificate and writes down what it saw.
#[derive(Debug)]
pub(super) struct Recorder {
    provider: CryptoProvider,
    family: Family,
    shown: Mutex<Shown>,
}

impl Recorder {
    /// Asks for certificates of this family.
    pub(super) fn new(family: Family) -> Self {
        Self {
            provider: provider(),
            family,
            shown: Mutex::default(),
        }
    }

    /// What was seen so far.
    pub(super) fn shown(&self) -> Shown {
        self.note(|shown| shown.clone())
    }

    fn note<R>(&self, write: impl FnOnce(&mut Shown) -> R) -> R {
        write(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn proof(&self, result: &Result<HandshakeSignatureValid, rustls::Error>) {
        self.note(|shown| shown.key_proven = Some(result.is_ok()));
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp_response: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.note(|shown| {
            shown.chain = std::iter::once(end_entity)
                .chain(intermediates)
                .map(|der| der.clone().into_owned())
                .collect();
            shown.staple = (!ocsp_response.is_empty()).then(|| ocsp_response.to_vec());
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.proof(&verify_tls12_signature(message, cert, dss, algorithms));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.proof(&verify_tls13_signature(message, cert, dss, algorithms));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let all = self
            .provider
            .signature_verification_algorithms
            .supported_schemes();
        all.into_iter()
            .filter(|scheme| {
                let name = format!("{scheme:?}");
                match self.family {
                    Family::Any => true,
                    Family::Rsa => name.starts_with("RSA"),
                    Family::NotRsa => !name.starts_with("RSA"),
                    Family::Ecdsa => name.starts_with("ECDSA"),
                    Family::Edwards => name.starts_with("ED"),
                }
            })
            .collect()
    }
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.note(|shown| shown.asks_for_certificate = true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

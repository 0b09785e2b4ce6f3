//! Ed25519 keys in the PEM forms of PKCS#8 and SubjectPublicKeyInfo, so that other tools can make and check them too.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// Before the 32 bytes of a private key (RFC 8410).
const PRIVATE: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Before the 32 bytes of a public key (RFC 8410).
const PUBLIC: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The public half stands where the private one is needed.
    #[error("this is a public key; the private one is needed to seal")]
    Public,
    /// The private half stands where the public one is needed.
    #[error("this is a private key; keep it to yourself and name the public one")]
    Private,
    /// Not a PEM of an Ed25519 key.
    #[error("this is no Ed25519 key in PEM form")]
    Foreign,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandom,
}

/// A private key. It never shows itself.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl SigningKey {
    /// Reads `-----BEGIN PRIVATE KEY-----`.
    ///
    /// # Errors
    /// Where it is none of Ed25519.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        if text.contains("BEGIN PUBLIC KEY") {
            return Err(NoKey::Public);
        }
        let der = pem(text, "PRIVATE KEY").ok_or(NoKey::Foreign)?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Self)
            .map_err(|_| NoKey::Foreign)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey(bytes)
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`, or 64 hexadecimal digits.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        if text.contains("PRIVATE KEY") {
            return Err(NoKey::Private);
        }
        let bytes = match pem(text, "PUBLIC KEY") {
            Some(der) => der
                .strip_prefix(&PUBLIC)
                .map(<[u8]>::to_vec)
                .ok_or(NoKey::Foreign)?,
            None => from_hex(&text.trim().to_ascii_lowercase()).ok_or(NoKey::Foreign)?,
        };
        bytes.try_into().map(Self).map_err(|_| NoKey::Foreign)
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Did the private half sign these bytes?
    pub fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(bytes, signature)
            .is_ok()
    }
}

/// A new pair: the PEM of the private and of the public key.
///
/// # Errors
/// Where the system gives no random bytes.
pub fn generate() -> Result<(String, String), NoKey> {
    let mut seed = [0; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| NoKey::NoRandom)?;
    let private = block("PRIVATE KEY", &[&PRIVATE[..], &seed].concat());
    let public = SigningKey::parse(&private)?.public();
    Ok((
        private,
        block("PUBLIC KEY", &[&PUBLIC[..], &public.0].concat()),
    ))
}

/// The bytes in a block of PEM.
fn pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

fn block(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// Hexadecimal digits, lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, lower case: each value has but one form.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2)
        || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_pair_fits_and_is_not_the_next_one() {
        let (private, public) = generate().unwrap();
        let key = SigningKey::parse(&private).unwrap();
        let public = PublicKey::parse(&public).unwrap();
        assert_eq!(key.public(), public);
        assert_eq!(PublicKey::parse(&public.hex()), Ok(public));
        let signature = key.sign(b"bytes");
        assert!(public.signed(b"bytes", &signature));
        assert!(!public.signed(b"Bytes", &signature));
        assert_ne!(generate().unwrap().0, private);
        assert_eq!(format!("{key:?}"), "SigningKey(***)");
    }

    /// RFC 8032 §7.1, test 2.
    #[test]
    fn the_vector_of_the_standard() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let der = [&PRIVATE[..], &from_hex(seed).unwrap()].concat();
        let key = SigningKey::parse(&block("PRIVATE KEY", &der)).unwrap();
        assert_eq!(
            key.public().hex(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(
            hex(&key.sign(&[0x72])),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }

    #[test]
    fn other_texts_are_no_keys() {
        let (private, public) = generate().unwrap();
        assert_eq!(SigningKey::parse(&public).unwrap_err(), NoKey::Public);
        assert_eq!(PublicKey::parse(&private).unwrap_err(), NoKey::Private);
        for text in [
            "",
            "ssh-ed25519 AAAA",
            "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----",
            "00ff",
        ] {
            assert_eq!(SigningKey::parse(text).unwrap_err(), NoKey::Foreign);
            assert!(PublicKey::parse(text).is_err());
        }
    }
}

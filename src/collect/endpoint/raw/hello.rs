//! A ClientHello, byte by byte.

use super::names::{FALLBACK_SCSV, RENEGOTIATION_SCSV, Version};

/// What a hello offers.
#[derive(Debug, Clone)]
pub(super) struct Hello<'a> {
    /// The highest version that it takes.
    pub(super) version: Version,
    /// Its suites, in the order of our liking.
    pub(super) suites: &'a [u16],
    /// Its groups.
    pub(super) groups: &'a [u16],
    /// The name of the server.
    pub(super) name: Option<&'a str>,
    /// Also compression?
    pub(super) deflate: bool,
    /// Say that it is a second attempt with a lower version?
    pub(super) fallback: bool,
    /// Only what a server of few bytes bears?
    pub(super) small: bool,
    /// 32 bytes that nobody can guess.
    pub(super) random: [u8; 32],
}

/// Most suites that a small hello holds: with a name of usual length it stays within 255 bytes.
pub(super) const FEW: usize = 50;

impl Hello<'_> {
    /// The bytes to send.
    pub(super) fn bytes(&self) -> Vec<u8> {
        if self.version == Version::Ssl2 {
            return self.ssl2();
        }
        let mut body = Vec::with_capacity(1024);
        put16(&mut body, self.version.wire().min(Version::Tls12.wire()));
        body.extend_from_slice(&self.random);
        // TLS 1.3 in the form that middle boxes let pass has a session; older servers must not think of one.
        match self.version {
            Version::Tls13 => vector8(&mut body, &self.random),
            Version::Ssl2 | Version::Ssl3 | Version::Tls10 | Version::Tls11 | Version::Tls12 => {
                vector8(&mut body, &[]);
            }
        }
        let mut suites = numbers(self.suites);
        if self.version != Version::Tls13 {
            put16(&mut suites, RENEGOTIATION_SCSV);
        }
        if self.fallback {
            put16(&mut suites, FALLBACK_SCSV);
        }
        vector16(&mut body, &suites);
        vector8(&mut body, if self.deflate { &[1, 0] } else { &[0] });
        if self.version != Version::Ssl3 {
            let extensions = self.extensions();
            vector16(&mut body, &extensions);
        }
        let mut message = vec![1];
        put24(&mut message, body.len());
        message.extend(body);
        // The version of the record: 3.0 for SSL 3.0, else 3.1, which every server takes.
        let mut record = vec![22];
        put16(&mut record, self.version.wire().min(Version::Tls10.wire()));
        vector16(&mut record, &message);
        record
    }

    fn extensions(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut extension = |kind: u16, content: &[u8]| {
            put16(&mut all, kind);
            vector16(&mut all, content);
        };
        if let Some(name) = self.name {
            let mut host = vec![0];
            vector16(&mut host, name.as_bytes());
            extension(SERVER_NAME, &within16(&host));
        }
        if !self.groups.is_empty() {
            extension(SUPPORTED_GROUPS, &within16(&numbers(self.groups)));
            extension(EC_POINT_FORMATS, &[3, 0, 1, 2]);
        }
        if self.version >= Version::Tls12 {
            extension(SIGNATURE_ALGORITHMS, &within16(&numbers(&SIGNATURES)));
        }
        if !self.small {
            extension(STATUS_REQUEST, &[1, 0, 0, 0, 0]);
            extension(EXTENDED_MASTER_SECRET, &[]);
        }
        if self.version == Version::Tls13 {
            extension(SUPPORTED_VERSIONS, &[2, 3, 4]);
            extension(PSK_MODES, &[1, 1]);
            // No share of ours: the server must name the group that it wants, and no key is ever made.
            extension(KEY_SHARE, &[0, 0]);
        }
        all
    }

    /// SSL 2.0: a form of its own, with a record head of two bytes.
    fn ssl2(&self) -> Vec<u8> {
        let mut body = vec![1];
        put16(&mut body, Version::Ssl2.wire());
        let kinds: Vec<u8> = SSL2.iter().flat_map(|(kind, _)| *kind).collect();
        for length in [kinds.len(), 0, 16] {
            put16(&mut body, u16::try_from(length).unwrap_or(u16::MAX));
        }
        body.extend(kinds);
        body.extend_from_slice(&self.random[..16]);
        let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
        let mut record = Vec::new();
        put16(&mut record, 0x8000 | length);
        record.extend(body);
        record
    }
}

/// Cipher kinds of SSL 2.0.
pub(super) const SSL2: [([u8; 3], &str); 7] = [
    ([1, 0, 0x80], "SSL_CK_RC4_128_WITH_MD5"),
    ([2, 0, 0x80], "SSL_CK_RC4_128_EXPORT40_WITH_MD5"),
    ([3, 0, 0x80], "SSL_CK_RC2_128_CBC_WITH_MD5"),
    ([4, 0, 0x80], "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"),
    ([5, 0, 0x80], "SSL_CK_IDEA_128_CBC_WITH_MD5"),
    ([6, 0, 0x40], "SSL_CK_DES_64_CBC_WITH_MD5"),
    ([7, 0, 0xc0], "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
];

/// From the strongest to what only old servers know, so that no server refuses for want of one.
const SIGNATURES: [u16; 17] = [
    0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0603, 0x0807, 0x0808, 0x0809,
    0x0301, 0x0303, 0x0203, 0x0201, 0x0202,
];

const SERVER_NAME: u16 = 0;
const STATUS_REQUEST: u16 = 5;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const EXTENDED_MASTER_SECRET: u16 = 23;
const SUPPORTED_VERSIONS: u16 = 43;
const PSK_MODES: u16 = 45;
const KEY_SHARE: u16 = 51;

fn numbers(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|n| n.to_be_bytes()).collect()
}

fn within16(content: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(content.len() + 2);
    vector16(&mut all, content);
    all
}

fn put16(to: &mut Vec<u8>, number: u16) {
    to.extend_from_slice(&number.to_be_bytes());
}

fn put24(to: &mut Vec<u8>, number: usize) {
    let bytes = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    to.extend_from_slice(&bytes[1..]);
}

fn vector8(to: &mut Vec<u8>, content: &[u8]) {
    to.push(u8::try_from(content.len()).unwrap_or(u8::MAX));
    to.extend_from_slice(content);
}

fn vector16(to: &mut Vec<u8>, content: &[u8]) {
    put16(to, u16::try_from(content.len()).unwrap_or(u16::MAX));
    to.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::super::names::{GROUPS, suites};
    use super::*;

    fn hello(version: Version, suites: &[u16], small: bool) -> Vec<u8> {
        let groups: Vec<u16> = GROUPS.iter().map(|(id, _)| *id).take(6).collect();
        Hello {
            version,
            suites,
            groups: &groups,
            name: Some("tracuu.buuchinhmau.example"),
            deflate: false,
            fallback: false,
            small,
            random: [7; 32],
        }
        .bytes()
    }

    #[test]
    fn a_parser_of_others_reads_them() {
        for version in [
            Version::Tls10,
            Version::Tls11,
            Version::Tls12,
            Version::Tls13,
        ] {
            let offered = suites(version);
            let bytes = hello(version, &offered, false);
            let (rest, record) = tls_parser::parse_tls_plaintext(&bytes).unwrap();
            assert!(rest.is_empty());
            let tls_parser::TlsMessage::Handshake(tls_parser::TlsMessageHandshake::ClientHello(
                read,
            )) = &record.msg[0]
            else {
                panic!("no hello");
            };
            assert!(read.ciphers.len() >= offered.len());
            let (rest, extensions) = tls_parser::parse_tls_extensions(read.ext.unwrap()).unwrap();
            assert!(rest.is_empty() && extensions.len() >= 5);
        }
    }

    #[test]
    fn a_small_one_is_small() {
        let few: Vec<u16> = suites(Version::Tls12).into_iter().take(FEW).collect();
        assert!(hello(Version::Tls12, &few, true).len() <= 255 + 5);
    }
}

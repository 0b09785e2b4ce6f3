//! The roots that this system trusts, read once.

use std::sync::OnceLock;

use rustls::pki_types::CertificateDer;
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

/// Where a user names other roots, as OpenSSL does.
const NAMED: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The certificates that clients of this system trust; some may be unreadable, and those that are left still decide.
///
/// Where no variable names others, the one file that holds all of them: the folder beside it holds the same again in
/// some hundred files, and is read only where there is no such file.
pub(super) fn system_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(load)
}

fn load() -> Vec<CertificateDer<'static>> {
    let named = NAMED.iter().any(|v| std::env::var_os(v).is_some());
    let file = openssl_probe::probe().cert_file.filter(|_| !named);
    let all = file.map(|file| load_certs_from_paths(Some(&file), None).certs);
    all.filter(|certs| !certs.is_empty())
        .unwrap_or_else(|| load_native_certs().certs)
}

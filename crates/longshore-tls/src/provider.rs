//! Choosing the cryptography provider, once.

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;

/// The provider that every rustls configuration of the process is built with.
///
/// Use it with [`rustls::ClientConfig::builder_with_provider`] and its server twin; relying on the
/// process default is for libraries that give no choice.
pub fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider())))
}

/// Makes [`provider`] the process default. Idempotent and safe to call from several threads.
///
/// If something else was installed before (a test harness, say), that stays: the process default can
/// be set only once, and two providers side by side work, if wastefully.
pub fn install() {
    if CryptoProvider::get_default().is_none() {
        // The only possible error is that another thread was quicker.
        let _ = (*provider()).clone().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::{install, provider};
    use rustls::crypto::CryptoProvider;

    #[test]
    fn the_default_is_ours_however_many_threads_install_it() {
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(install)).collect();
        for thread in threads {
            thread.join().expect("install does not panic");
        }
        let installed = CryptoProvider::get_default().expect("install sets a default");
        let names = |p: &CryptoProvider| -> Vec<String> {
            p.cipher_suites.iter().map(|s| format!("{:?}", s.suite())).collect()
        };
        assert_eq!(names(installed), names(&provider()));
        assert!(!names(installed).is_empty());
    }

    #[test]
    fn configurations_build_without_naming_a_provider() {
        install();
        let config = rustls::ClientConfig::builder()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        assert!(config.alpn_protocols.is_empty());
    }
}

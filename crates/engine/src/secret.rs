//! Random secrets and what is kept of them.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};

use crate::password::NewPassword;

/// A new secret of 256 bits, in 64 hexadecimal digits.
pub fn new_secret() -> String {
    let bytes: [u8; 32] = rand::random();
    hex(&bytes)
}

/// What is kept of a secret: enough to know it again, not enough to use it.
pub fn fingerprint(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a password: Argon2id with its own salt.
pub fn hash_password(password: &NewPassword) -> String {
    let hash = Argon2::default().hash_password(password.as_str().as_bytes());
    hash.expect("the default parameters are valid").to_string()
}

/// Whether a password is the one that was kept. Without a kept one the same work is done, so that
/// the time taken does not tell whether the account exists.
pub fn password_matches(password: &str, kept: Option<&str>) -> bool {
    const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$\
                           GsLmyEaTpnbzCfpcm6ZvQ1Wq6yXuYkDrzJFBiVrK3B0";
    let hash = argon2::PasswordHash::new(kept.unwrap_or(NOBODYS));
    let right = hash
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_password_matches_itself_and_nothing_else() {
        let password = NewPassword::of("correct horse", &BTreeSet::new());
        let kept = hash_password(&password.expect("it is hard to guess"));
        assert!(password_matches("correct horse", Some(&kept)));
        assert!(!password_matches("correct house", Some(&kept)));
        assert!(!password_matches("correct horse", None));
        assert!(argon2::PasswordHash::new(
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$GsLmyEaTpnbzCfpcm6ZvQ1Wq6yXuYkDrzJFBiVrK3B0"
        )
        .is_ok(), "the hash that stands for nobody must cost as much as a real one");
    }

    #[test]
    fn no_two_secrets_are_the_same() {
        assert_ne!(new_secret(), new_secret());
        assert_eq!(new_secret().len(), 64);
    }
}

//! A checksum before the state of another crate's optimizer: such a crate takes damaged bytes for good ones, and panics
//! later.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// Bytes of the checksum: the first ones of SHA-256.
const LENGTH: usize = 8;

/// An encoded state after its checksum.
pub fn with_checksum(state: &[u8]) -> Vec<u8> {
    [&Sha256::digest(state)[..LENGTH], state].concat()
}

/// The encoded state after a checksum; `name` is its name in messages, such as `the state of L-BFGS`.
///
/// # Errors
/// The checksum is another one: the state is damaged, or an earlier version saved it without a checksum.
pub fn without_checksum<'a>(bytes: &'a [u8], name: &str) -> Result<&'a [u8]> {
    let unusable = || format!("{name} is damaged, or an earlier version saved it");
    let (checksum, state) = bytes.split_at_checked(LENGTH).with_context(unusable)?;
    ensure!(Sha256::digest(state)[..LENGTH] == *checksum, unusable());
    Ok(state)
}

//! The saved state of L-BFGS is read or refused, whatever is wrong with it.

use ch05::models::style_lbfgs::Lbfgs;
use common::training::Encoded;
use proptest::prelude::*;
use std::rc::Rc;

/// A search for the minimum of Σ (x - 1)⁴ from 0.
fn search() -> Lbfgs {
    let function = |x: &[f64]| {
        let gradient: Vec<f64> = x.iter().map(|x| 4.0 * (x - 1.0).powi(3)).collect();
        (x.iter().map(|x| (x - 1.0).powi(4)).sum::<f64>(), gradient)
    };
    Lbfgs::new(Rc::new(function), vec![0.0; 5])
}

/// Its state after some iterations.
fn state() -> Vec<u8> {
    let search = search();
    search.minimize(3).unwrap();
    search.encode().unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    let search = search();
    let error = format!("{:#}", search.decode(bytes).unwrap_err());
    assert_eq!(search.point(), [0.0; 5], "a refused state changes nothing");
    error
}

#[test]
fn every_changed_byte_and_every_cut_is_seen() {
    let whole = state();
    search().decode(&whole).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(refusal(&changed).contains("damaged"), "byte {at}");
        assert!(refusal(&whole[..at]).contains("damaged"), "{at} bytes");
    }
}

#[test]
fn a_state_of_an_earlier_version_is_refused() {
    let without_checksum = &state()[8..];
    assert!(refusal(without_checksum).contains("the state of L-BFGS is damaged, or an earlier version saved it"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(refusal(&bytes).contains("damaged"));
    }
}

//! The versions that run folders record are those that Cargo builds with.

use catalog::versions::TCH;

#[test]
fn tch_is_the_locked_one() {
    let lock = include_str!("../../Cargo.lock");
    let (_, rest) = lock.split_once("name = \"tch\"\nversion = \"").expect("Cargo.lock names tch");
    assert!(rest.starts_with(&format!("{TCH}.")), "catalog::versions::TCH is {TCH}; Cargo.lock has another tch");
}

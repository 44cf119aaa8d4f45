//! Synthetic data for CelebA: layout, attributes, reproducibility.

use std::fs;
use std::path::Path;

use synthetic::avatar::{Accessories, Avatar, HairColor, Top};
use synthetic::celeba::{ATTRIBUTES, Config, IMAGES, TABLE, attributes, file_name, person, write};
use tempfile::tempdir;

fn made(seed: u64, images: u64) -> tempfile::TempDir {
    let folder = tempdir().unwrap();
    write(folder.path(), &Config { seed, images }).unwrap();
    folder
}

fn image(dir: &Path, number: u64) -> Vec<u8> {
    fs::read(dir.join(IMAGES).join(file_name(number))).unwrap()
}

#[test]
fn the_layout_is_celebas() {
    let folder = made(1, 12);
    assert_eq!(fs::read_dir(folder.path().join("img_align_celeba")).unwrap().count(), 12);
    let image = image::load_from_memory(&image(folder.path(), 1)).unwrap();
    assert_eq!((image.width(), image.height()), (178, 218));
    let table = fs::read_to_string(folder.path().join("list_attr_celeba.csv")).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 13);
    assert!(rows[0].starts_with("image_id,5_o_Clock_Shadow,Arched_Eyebrows,Attractive,"), "{}", rows[0]);
    assert!(rows[0].ends_with(",Wearing_Necktie,Young"));
    assert!(rows[12].starts_with("000012.jpg,"));
    for row in &rows[1..] {
        let values: Vec<&str> = row.split(',').skip(1).collect();
        assert!(values.len() == 40 && values.iter().all(|value| ["1", "-1"].contains(value)), "{row}");
    }
}

#[test]
fn the_same_seed_gives_the_same_people_in_any_number() {
    let (few, many, others) = (made(1, 3), made(1, 9), made(2, 3));
    for number in 1..=3 {
        assert_eq!(image(few.path(), number), image(many.path(), number));
        assert_ne!(image(few.path(), number), image(others.path(), number));
    }
    let table = |folder: &tempfile::TempDir| fs::read_to_string(folder.path().join(TABLE)).unwrap();
    assert!(table(&many).starts_with(&table(&few)));
}

#[test]
fn attributes_say_what_is_drawn() {
    let has =
        |avatar: &Avatar, name: &str| attributes(avatar)[ATTRIBUTES.iter().position(|known| *known == name).unwrap()];
    let plain = Avatar::default();
    assert!(has(&plain, "Smiling") && has(&plain, "No_Beard") && has(&plain, "Brown_Hair") && !has(&plain, "Male"));
    let bald = Avatar { top: Top::NoHair, hair_color: HairColor::Blonde, ..plain.clone() };
    assert!(has(&bald, "Bald") && !has(&bald, "Blond_Hair"));
    let cool = Avatar { accessories: Accessories::Sunglasses, mouth_open: true, ..plain };
    assert!(has(&cool, "Eyeglasses") && has(&cool, "Mouth_Slightly_Open"));
}

#[test]
fn the_books_eight_attributes_are_neither_rare_nor_tied_together() {
    let book = [
        "Attractive",
        "Mouth_Slightly_Open",
        "Smiling",
        "Wearing_Lipstick",
        "High_Cheekbones",
        "Male",
        "Eyeglasses",
        "Blond_Hair",
    ];
    let columns = book.map(|name| ATTRIBUTES.iter().position(|known| *known == name).unwrap());
    let people: Vec<[f64; 8]> = (1..=4000)
        .map(|number| {
            let all = attributes(&person(2015, number));
            columns.map(|column| f64::from(u8::from(all[column])))
        })
        .collect();
    let mean = |f: &dyn Fn(&[f64; 8]) -> f64| people.iter().map(f).sum::<f64>() / people.len() as f64;
    let shares: Vec<f64> = (0..8).map(|i| mean(&|p| p[i])).collect();
    for i in 0..8 {
        assert!((0.2..0.55).contains(&shares[i]), "{}: {}", book[i], shares[i]);
        for j in 0..i {
            let covariance = mean(&|p| p[i] * p[j]) - shares[i] * shares[j];
            let spread = |k: usize| (shares[k] * (1.0 - shares[k])).sqrt();
            let correlation = covariance / (spread(i) * spread(j));
            assert!(correlation.abs() < 0.06, "{} and {}: {correlation}", book[i], book[j]);
        }
    }
}

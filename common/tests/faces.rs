//! CelebA's layout and the ORL faces: on small sets that the tests make, and what is said of damaged ones.

use common::datasets::batches::Batches;
use common::datasets::celeba::CelebA;
use common::datasets::orl;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use synthetic::celeba::{Config, IMAGES, TABLE, attributes, file_name, person, write};
use tch::Device;

const FACES: usize = 11;

fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &Config { seed: 3, images: FACES as u64 }).unwrap();
    folder
}

/// The table in the original form instead of as CSV.
fn to_txt(dir: &Path) {
    let csv = fs::read_to_string(dir.join(TABLE)).unwrap();
    let mut lines = csv.lines();
    let header = lines.next().unwrap().trim_start_matches("image_id,").replace(',', " ");
    // The original sets values apart by one blank or two.
    let rows: Vec<String> = lines.map(|line| line.replace(",-1", " -1").replace(",1", "  1")).collect();
    let text = format!("{}\n{header} \n{}\n", rows.len(), rows.join("\n"));
    fs::write(dir.join("list_attr_celeba.txt"), text).unwrap();
    fs::remove_file(dir.join(TABLE)).unwrap();
}

fn change(dir: &Path, file: &str, how: impl Fn(&str) -> String) {
    let path = dir.join(file);
    fs::write(&path, how(&fs::read_to_string(&path).unwrap())).unwrap();
}

#[test]
fn both_forms_of_the_table_say_the_same() {
    let folder = small();
    let csv = CelebA::open(folder.path()).unwrap();
    to_txt(folder.path());
    let txt = CelebA::open(folder.path()).unwrap();
    assert_eq!((csv.len(), txt.len(), csv.attributes().len()), (FACES, FACES, 40));
    for (column, name) in csv.attributes().iter().enumerate() {
        let expected: Vec<bool> = (1..=FACES as u64).map(|number| attributes(&person(3, number))[column]).collect();
        assert_eq!(csv.attribute(name).unwrap(), expected, "{name}");
        assert_eq!(txt.attribute(name).unwrap(), expected, "{name}");
    }
    assert_eq!((csv.position("000007.jpg"), csv.name(6)), (Some(6), "000007.jpg"));
    let error = csv.attribute("Smilling").unwrap_err().to_string();
    assert!(error.contains("'Smilling'") && error.contains("Smiling") && error.contains("Young"), "{error}");
}

#[test]
fn images_are_resized_by_the_nearest_pixel() {
    let folder = small();
    let set = CelebA::open(folder.path()).unwrap();
    let original = image::open(folder.path().join(IMAGES).join(file_name(2))).unwrap().to_rgb8();
    for (height, width) in [(128, 128), (64, 64), (218, 178), (7, 300)] {
        let batch = set.images(FACES, height, width).unwrap().load([1]).unwrap();
        let image = batch.images(Device::Cpu);
        assert_eq!(image.size(), [1, height as i64, width as i64, 3]);
        for (y, x) in [(0, 0), (height / 2, width / 3), (height - 1, width - 1)] {
            let nearest = |i: usize, from: u32, to: usize| ((i as f64 + 0.5) * f64::from(from) / to as f64) as u32;
            let pixel = original.get_pixel(nearest(x, 178, width), nearest(y, 218, height));
            for channel in 0..3 {
                let value = image.double_value(&[0, y as i64, x as i64, channel as i64]);
                assert!((value * 255.0 - f64::from(pixel[channel])).abs() < 1e-3);
            }
        }
    }
}

#[test]
fn streams_repeat_and_go_on_anywhere() {
    let folder = small();
    let set = CelebA::open(folder.path()).unwrap();
    let files = Arc::new(set.images(FACES, 16, 16).unwrap());
    let rows = |first: u64, seed: u64| -> Vec<Vec<usize>> {
        let stream = files.stream(Batches::new(FACES as i64, 4, seed), first, 3, Device::Cpu);
        stream.map(|batch| batch.unwrap().rows).collect()
    };
    let all = rows(0, 5);
    assert_eq!(all.len(), 9);
    for epoch in all.chunks(3) {
        let mut seen: Vec<usize> = epoch.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..FACES).collect::<Vec<_>>(), "each face once in an epoch");
    }
    assert_ne!(all[..3], all[3..6], "epochs differ in order");
    assert_ne!(all, rows(0, 6), "seeds differ in order");
    for first in 0..9 {
        assert_eq!(rows(first, 5), all[first as usize..], "from step {first}");
    }
    // The images are those of the rows.
    let batch = files.stream(Batches::new(FACES as i64, 4, 5), 4, 3, Device::Cpu).next().unwrap().unwrap();
    let same = files.load(batch.rows.clone()).unwrap();
    assert_eq!(batch.images(Device::Cpu), same.images(Device::Cpu));
}

#[test]
fn damaged_and_missing_images_are_skipped_up_to_a_limit() {
    let folder = small();
    let path = |number| folder.path().join(IMAGES).join(file_name(number));
    let whole = fs::read(path(1)).unwrap();
    fs::write(path(1), &whole[..whole.len() * 2 / 3]).unwrap();
    fs::write(path(2), b"no image").unwrap();
    fs::remove_file(path(3)).unwrap();
    let set = CelebA::open(folder.path()).unwrap();
    let files = || set.images(FACES, 32, 32).unwrap();
    let batch = files().skipping_at_most(3).load(0..FACES).unwrap();
    assert_eq!(batch.rows, (3..FACES).collect::<Vec<_>>());
    assert_eq!(batch.images(Device::Cpu).size(), [8, 32, 32, 3]);
    let twice = files().skipping_at_most(3);
    twice.load(0..FACES).unwrap();
    assert!(twice.load(0..FACES).is_ok(), "an image that is skipped again counts once");

    let error = files().skipping_at_most(2).load(0..FACES).unwrap_err().to_string();
    assert!(error.contains("3 of 11 images are missing or damaged") && error.contains("000002.jpg"), "{error}");
    let strict = Arc::new(files().skipping_at_most(2));
    let mut stream = strict.stream(Batches::new(FACES as i64, 11, 1), 0, 1, Device::Cpu);
    assert!(stream.next().unwrap().is_err());
    let error = files().load(0..3).unwrap_err().to_string();
    assert!(error.contains("no image of a batch"), "{error}");
}

#[test]
fn damaged_tables_are_refused() {
    type Change = fn(&str) -> String;
    let csv: [(Change, &[&str]); 9] = [
        (|_| String::new(), &["it is empty"]),
        (|text| text.replacen("image_id", "name", 1), &["image_id"]),
        (|text| text.lines().skip(1).collect::<Vec<_>>().join("\n"), &["image_id", "000001.jpg"]),
        (|text| text.lines().take(1).collect(), &["no rows"]),
        (|text| text.replacen("000004.jpg,", "000004.jpg,1,", 1), &["line 5", "more than 40"]),
        (|text| text.replacen("000004.jpg,-1,", "000004.jpg,", 1), &["line 5", "39 values for 40"]),
        (|text| text.replacen("000004.jpg,-1,", "000004.jpg,2,", 1), &["line 5", "1 or -1, not '2'"]),
        (|text| text.replacen("000004.jpg", "000005.jpg", 1), &["000005.jpg has two rows", "number 4 and number 5"]),
        (|text| text.replacen("Young", "Smiling", 1), &["an attribute twice"]),
    ];
    for (how, words) in csv {
        let folder = small();
        change(folder.path(), TABLE, how);
        let error = format!("{:#}", CelebA::open(folder.path()).unwrap_err());
        assert!(error.contains(TABLE) && words.iter().all(|word| error.contains(word)), "{error}");
    }
    let txt: [(Change, &[&str]); 4] = [
        (|text| text.replacen("11", "12", 1), &["says 12 rows, but there are 11"]),
        (|text| text.lines().take(12).collect::<Vec<_>>().join("\n"), &["says 11 rows, but there are 10"]),
        (|text| text.lines().skip(1).collect::<Vec<_>>().join("\n"), &["not the number of images", "5_o_Clock"]),
        (|_| "11\n".to_string(), &["no header"]),
    ];
    for (how, words) in txt {
        let folder = small();
        to_txt(folder.path());
        change(folder.path(), "list_attr_celeba.txt", how);
        let error = format!("{:#}", CelebA::open(folder.path()).unwrap_err());
        assert!(error.contains("list_attr_celeba.txt") && words.iter().all(|word| error.contains(word)), "{error}");
    }

    // An image without a row, an unreadable folder, no table.
    let folder = small();
    change(folder.path(), TABLE, |text| text.lines().take(FACES).collect::<Vec<_>>().join("\n"));
    let error = CelebA::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no row for the image 000011.jpg"), "{error}");
    fs::remove_dir_all(folder.path().join(IMAGES)).unwrap();
    assert!(CelebA::open(folder.path()).unwrap_err().to_string().contains(IMAGES));
    fs::remove_file(folder.path().join(TABLE)).unwrap();
    assert!(CelebA::open(folder.path()).unwrap_err().to_string().contains("neither"));
}

#[test]
fn a_row_too_many_is_a_missing_image() {
    let folder = small();
    change(folder.path(), TABLE, |text| {
        let row = text.lines().last().unwrap().replacen("000011", "000012", 1);
        format!("{text}{row}\n")
    });
    let set = CelebA::open(folder.path()).unwrap();
    let files = set.images(12, 32, 32).unwrap().skipping_at_most(0);
    let error = files.load(0..12).unwrap_err().to_string();
    assert!(error.contains("1 of 12 images") && error.contains("000012.jpg"), "{error}");
}

#[test]
fn orl_faces_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for person in 1..=orl::PEOPLE {
        let dir = folder.path().join(format!("ORL_faces/s{person}"));
        fs::create_dir_all(&dir).unwrap();
        for i in 1..=orl::EACH {
            let pixels = vec![(4 * person + i) as u8; 92 * 112];
            fs::write(dir.join(format!("{i}.pgm")), [b"P5\n92 112\n255\n".as_slice(), &pixels].concat()).unwrap();
        }
    }
    let faces = orl::images(folder.path(), 112, 92).unwrap();
    let batch = faces.load([0, 25, 399]).unwrap().images(Device::Cpu);
    assert_eq!(batch.size(), [3, 112, 92, 1]);
    let grey = |i: i64| (batch.double_value(&[i, 50, 50, 0]) * 255.0).round() as usize;
    assert_eq!([grey(0), grey(1), grey(2)], [4 + 1, 4 * 3 + 6, 4 * 40 + 10]);
    fs::remove_file(folder.path().join("ORL_faces/s7/3.pgm")).unwrap();
    let error = orl::images(folder.path(), 112, 92).unwrap_err().to_string();
    assert!(error.contains("3.pgm") && error.contains("cargo book data fetch orl-faces"), "{error}");
}

/// Other formats under a `.jpg` name, and what phones and cameras add to JPEG files.
#[test]
fn images_are_read_by_their_content() {
    use image::ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let folder = small();
    let path = |number| folder.path().join(IMAGES).join(file_name(number));
    let original = image::open(path(1)).unwrap().to_rgb8();
    let encoded = |format| {
        let mut bytes = std::io::Cursor::new(vec![]);
        original.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    for (number, format) in (1..).zip([Jpeg, Png, WebP, Gif, Bmp, Tiff]) {
        fs::write(path(number), encoded(format)).unwrap();
    }
    fs::write(path(7), [encoded(Jpeg), vec![0; 5000]].concat()).unwrap();
    let jpeg = encoded(Jpeg);
    fs::write(path(8), &jpeg[..jpeg.len() - 2]).unwrap();
    fs::rename(path(9), path(9).with_extension("JPG")).unwrap();
    fs::write(path(10).with_extension("png"), encoded(Png)).unwrap();
    fs::remove_file(path(10)).unwrap();

    let set = CelebA::open(folder.path()).unwrap();
    let images = set.images(FACES, 218, 178).unwrap().skipping_at_most(0).load(0..10).unwrap();
    let images = images.images(Device::Cpu);
    for row in [1, 2, 4, 5, 9] {
        assert_eq!(images.get(row), images.get(1), "image {row}: a format without losses");
    }
    for row in [0, 3, 6, 7] {
        let difference = (images.get(row) - images.get(1)).abs().mean(tch::Kind::Float).double_value(&[]);
        assert!(difference < 0.05, "image {row}: {difference}");
    }

    // Cut in the middle, each is refused.
    for format in [Jpeg, Png, WebP, Gif, Bmp, Tiff] {
        let bytes = encoded(format);
        fs::write(path(1), &bytes[..bytes.len() / 2]).unwrap();
        assert!(set.images(1, 218, 178).unwrap().load([0]).is_err(), "{format:?}");
    }
}

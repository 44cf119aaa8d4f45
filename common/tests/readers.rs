//! The readers of idx, npz, TopoJSON and CIFAR-10's files: any bytes give data or an error, never a panic or more
//! memory than they hold.

use common::datasets::{cifar10, idx, land, mnist, npz::Npz, topojson};
use proptest::prelude::*;
use std::io::{Cursor, Write};

fn idx_file(shape: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    shape.iter().for_each(|n| bytes.extend(n.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn npz_file(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn npy(array: &ndarray::ArrayD<f32>) -> Vec<u8> {
    let mut bytes = vec![];
    ndarray_npy::WriteNpyExt::write_npy(array, &mut bytes).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn idx_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = idx::parse(bytes);
    }

    #[test]
    fn idx_takes_any_shape(shape in prop::collection::vec(any::<u32>(), 0..6), values in prop::collection::vec(any::<u8>(), 0..50)) {
        let promised = shape.iter().try_fold(1u64, |product, &n| product.checked_mul(n.into()));
        let fits = promised == Some(values.len() as u64);
        prop_assert_eq!(idx::parse(idx_file(&shape, &values)).is_ok(), fits);
    }

    #[test]
    fn idx_reads_what_was_written(rows in 0u32..6, columns in 0u32..6, value in any::<u8>()) {
        let values = vec![value; (rows * columns) as usize];
        let array = idx::parse(idx_file(&[rows, columns], &values)).unwrap();
        prop_assert_eq!(array.shape(), &[rows as usize, columns as usize]);
        prop_assert!(array.iter().all(|&v| v == value));
    }

    #[test]
    fn cifar10_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), records in 0usize..4, label in any::<u8>()) {
        let _ = cifar10::parse(&bytes);
        // Whole records of one label, with and without something after them.
        let whole = [&[label][..], &[7; 3072]].concat().repeat(records);
        prop_assert_eq!(cifar10::parse(&whole).is_ok(), label < 10 || records == 0);
        prop_assert!(cifar10::parse(&[&whole[..], &[0]].concat()).is_err());
    }

    #[test]
    fn cifar10_reads_what_was_written(
        labels in prop::collection::vec(0u8..10, 1..4),
        channel in 0usize..3, row in 0usize..32, column in 0usize..32, value in 1u8..,
    ) {
        let mut record = [0; 3073];
        record[1 + (channel * 32 + row) * 32 + column] = value;
        let bytes: Vec<u8> = labels.iter().flat_map(|&label| [&[label][..], &record[1..]].concat()).collect();
        let (read, images) = cifar10::parse(&bytes).unwrap();
        prop_assert_eq!(&read, &labels);
        prop_assert_eq!(images.dim(), (labels.len(), 3, 32, 32));
        for (index, &pixel) in images.indexed_iter() {
            let here = (index.1, index.2, index.3) == (channel, row, column);
            prop_assert_eq!(pixel, if here { value } else { 0 });
        }
    }

    #[test]
    fn npz_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Npz::parse(&bytes);
    }

    #[test]
    fn npz_takes_any_entry(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let npz = Npz::parse(&npz_file(&[("x.npy", bytes)])).unwrap();
        let _ = npz.array::<f32>("x");
    }

    #[test]
    fn npz_survives_damage(at in 0usize..300, byte in any::<u8>(), length in 0usize..300) {
        let mut bytes = npz_file(&[("x.npy", npy(&ndarray::Array::ones(vec![3, 5])))]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Npz::parse(&bytes).map(|npz| npz.array::<f32>("x"));
        bytes.truncate(length);
        let _ = Npz::parse(&bytes).map(|npz| npz.array::<f32>("x"));
    }

    #[test]
    fn npy_headers_promise_in_vain(rows in any::<u64>(), columns in any::<u64>()) {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        let npz = Npz::parse(&npz_file(&[("x.npy", bytes)])).unwrap();
        let promised = rows as u128 * columns as u128;
        prop_assert!(npz.array::<f32>("x").is_err() || promised == 0);
    }
}

#[test]
fn npy_headers_that_would_break_the_decoder_are_refused() {
    let file = |version: u8, length: &[u8], text: &str| {
        [b"\x93NUMPY".as_slice(), &[version, 0], length, text.as_bytes()].concat()
    };
    let shaped = |shape: &str| {
        let text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        let text = format!("{text:117}\n"); // the array begins at a multiple of 64 bytes
        file(1, &(text.len() as u16).to_le_bytes(), &text)
    };
    let read = |bytes: Vec<u8>| Npz::parse(&npz_file(&[("x.npy", bytes)])).unwrap().array::<f32>("x");
    let cases = [
        // A header of 4 GB; one of brackets alone, each a call of the decoder; shapes whose sizes multiply to more than
        // memory has, though the array is empty.
        (file(2, &[0xff; 4], "{"), "truncated"),
        (file(1, &0xf8ffu16.to_le_bytes(), &"(".repeat(0xf8ff)), "not that of an array of numbers"),
        (shaped("(0, 1099511627776, 1099511627776)"), "too large"),
        (shaped("(0, 4294967296)"), "too large"),
        (shaped("((1,), 2)"), "not that of an array of numbers"),
    ];
    for (bytes, complaint) in cases {
        let error = format!("{:#}", read(bytes).unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
    assert_eq!(read(shaped("(0, 3)")).unwrap().shape(), [0, 3]);
}

/// A topology whose object `land` has a polygon of these rings, written as steps on a grid of whole degrees.
fn topology(rings: &[Vec<[i32; 2]>]) -> Vec<u8> {
    let steps = |ring: &Vec<[i32; 2]>| -> Vec<[i32; 2]> {
        let before = [&[[-180, -90]], &ring[..ring.len().max(1) - 1]].concat();
        ring.iter().zip(before).map(|(at, before)| [at[0] - before[0], at[1] - before[1]]).collect()
    };
    let arcs: Vec<_> = rings.iter().map(steps).collect();
    let numbers: Vec<[usize; 1]> = (0..rings.len()).map(|arc| [arc]).collect();
    let json = serde_json::json!({
        "type": "Topology",
        "objects": { "land": { "type": "GeometryCollection", "geometries": [{ "type": "Polygon", "arcs": numbers }] } },
        "arcs": arcs,
        "transform": { "scale": [1, 1], "translate": [-180, -90] },
    });
    json.to_string().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn topojson_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(topojson::polygons(&bytes, "land").is_err());
        prop_assert!(land::parse(&bytes).is_err());
    }

    #[test]
    fn topojson_survives_damage(at in any::<prop::sample::Index>(), byte in any::<u8>(), end in any::<prop::sample::Index>()) {
        let mut bytes = topology(&[vec![[0, 0], [9, 0], [9, 9], [0, 0]], vec![[3, 2], [6, 2], [6, 4], [3, 2]]]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = land::parse(&bytes);
        bytes.truncate(end.index(bytes.len()));
        let _ = land::parse(&bytes);
    }

    #[test]
    fn topojson_takes_any_numbers(
        arcs in prop::collection::vec(prop::collection::vec(any::<[f64; 2]>(), 0..6), 0..4),
        ring in prop::collection::vec(-6i64..6, 0..5),
        far in any::<i64>(),
        scale in any::<[f64; 2]>(),
    ) {
        for ring in [ring, vec![far]] {
            let json = serde_json::json!({
                "objects": { "land": { "type": "MultiPolygon", "arcs": [[ring]] } },
                "arcs": arcs,
                "transform": { "scale": scale, "translate": [0, 0] },
            });
            let _ = land::parse(json.to_string().as_bytes());
        }
    }

    #[test]
    fn rectangles_have_their_area_and_contain_their_inside(
        west in -180i32..170, south in -90i32..80, width in 10i32..400, height in 10i32..100,
    ) {
        let (east, north) = ((west + width).min(180), (south + height).min(90));
        let ring = vec![[west, south], [east, south], [east, north], [west, north], [west, south]];
        prop_assume!(f64::from((east - west) * (north - south)) > 64.8 && east - west < 180);
        let land = land::parse(&topology(&[ring])).unwrap();
        prop_assert!((land.area() - f64::from((east - west) * (north - south))).abs() < 1e-6);
        let (x, y) = (f64::from(west + east) / 2.0, f64::from(south + north) / 2.0);
        prop_assert!(land.contains([x, y]) && !land.contains([f64::from(east) + 0.1, y]));
        prop_assert!(!land.contains([x, f64::from(north) + 0.1]));
    }
}

#[test]
fn land_has_holes_and_crosses_the_180th_meridian() {
    let square = vec![[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]];
    let lake = vec![[5, 5], [5, 10], [10, 10], [10, 5], [5, 5]];
    let land = land::parse(&topology(&[square, lake])).unwrap();
    assert_eq!(land.area(), 375.0);
    assert!(land.contains([2.0, 2.0]) && !land.contains([7.0, 7.0]) && !land.contains([21.0, 2.0]));

    let across = vec![[170, 0], [-170, 0], [-170, 10], [170, 10], [170, 0]];
    let land = land::parse(&topology(&[across])).unwrap();
    assert_eq!(land.area(), 200.0);
    assert!(land.contains([175.0, 5.0]) && land.contains([-175.0, 5.0]) && !land.contains([0.0, 5.0]));

    let around_the_pole = vec![[-120, -70], [0, -80], [120, -70], [-120, -70]];
    let land = land::parse(&topology(&[around_the_pole])).unwrap();
    assert!(land.contains([0.0, -85.0]) && land.contains([179.0, -80.0]) && land.contains([-179.0, -80.0]));
    assert!(!land.contains([0.0, -75.0]));
    assert!((land.area() - (120.0 * 20.0 + 2.0 * 120.0 * 15.0)).abs() < 1e-6, "{}", land.area());
}

#[test]
fn topologies_with_mistakes_are_named() {
    let good = String::from_utf8(topology(&[vec![[0, 0], [20, 0], [20, 20], [0, 0]]])).unwrap();
    land::parse(good.as_bytes()).unwrap();
    for (right, wrong, reason) in [
        ("\"land\"", "\"sea\"", "no object `land`; it has: sea"),
        ("[[0]]", "[[7]]", "arc 7"),
        ("[[0]]", "[[-7]]", "arc -7"),
        ("[[0]]", "[[]]", "open"),
        ("[20,0]", "[2e400,0]", "not a TopoJSON"),
        ("[20,0]", "[20]", "not a TopoJSON"),
        ("Polygon", "Point", "hardly any land"),
        ("[1,1]", "[100,1]", "beyond"),
    ] {
        let text = good.replacen(right, wrong, 1);
        assert_ne!(text, good, "{right}");
        let error = format!("{:#}", land::parse(text.as_bytes()).unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(format!("{:#}", land::read(folder.path()).unwrap_err()).contains("land-110m.json"));
    // Ten thousand references to one long arc: refused before they are unpacked.
    let arc = vec!["[0,0]"; 5000].join(",");
    let rings = vec!["[0]"; 10_000].join(",");
    let bomb = format!(r#"{{"objects":{{"land":{{"type":"Polygon","arcs":[{rings}]}}}},"arcs":[[{arc}]]}}"#);
    assert!(format!("{:#}", land::parse(bomb.as_bytes()).unwrap_err()).contains("ten million"));
}

#[test]
fn the_drawn_map_is_read_as_the_real_one_is() {
    let folder = tempfile::tempdir().unwrap();
    synthetic::land::write(folder.path()).unwrap();
    let land = land::read(folder.path()).unwrap();
    let share = land.area() / 64_800.0;
    assert!((0.28..0.38).contains(&share), "a third of the map is land, and of the drawn one {share}");
    for (name, place) in [
        ("Kansas", [-98.0, 38.0]),
        ("Amazon", [-60.0, -5.0]),
        ("Sahara", [10.0, 22.0]),
        ("Siberia", [100.0, 60.0]),
        ("Chukotka", [-175.0, 66.5]),
        ("Queensland", [145.0, -25.0]),
        ("South Pole", [0.0, -89.0]),
    ] {
        assert!(land.contains(place), "{name}");
    }
    for (name, place) in [
        ("Pacific", [-150.0, 0.0]),
        ("Atlantic", [-35.0, 30.0]),
        ("Indian Ocean", [80.0, -20.0]),
        ("Caspian Sea", [51.0, 42.0]),
        ("Hudson Bay", [-85.0, 59.0]),
    ] {
        assert!(!land.contains(place), "{name}");
    }
}

#[test]
fn npz_reads_what_was_written() {
    let array = ndarray::Array::from_iter((0..6).map(|n| n as f32)).into_shape_with_order(vec![2, 3]).unwrap();
    let npz = Npz::parse(&npz_file(&[("x.npy", npy(&array))])).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["x"]);
    assert_eq!(npz.array::<f32>("x").unwrap(), array);
    assert!(format!("{:#}", npz.array::<u8>("x").unwrap_err()).contains("cannot read the array x"));
    assert!(format!("{:#}", npz.array::<f32>("y").unwrap_err()).contains("no array y"));
}

#[test]
fn mnist_names_the_file_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, bytes: Vec<u8>| std::fs::write(folder.path().join(file), bytes).unwrap();
    let error = || format!("{:#}", mnist::train(folder.path()).unwrap_err());
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    assert!(error().contains(images));
    write(images, idx_file(&[2, 28, 28], &[255; 2 * 784]));
    assert!(error().contains(labels));
    write(labels, idx_file(&[3], &[1, 2, 3]));
    assert!(error().contains("3 labels for 2 images"));
    write(labels, idx_file(&[2], &[1, 10]));
    assert!(error().contains("labels over 9"));
    write(labels, idx_file(&[2], &[1, 9]));
    let digits = mnist::train(folder.path()).unwrap();
    assert_eq!((digits.images.size(), digits.labels.size()), (vec![2, 28, 28, 1], vec![2]));
    assert_eq!(digits.images.max().double_value(&[]), 1.0);
    write(images, idx_file(&[2, 28, 28], &[0; 100]));
    assert!(error().contains(images) && error().contains("damaged"));
    write(images, idx_file(&[2, 20, 20], &[0; 800]));
    assert!(error().contains("20 x 20"));
}

#[test]
fn cifar10_names_the_file_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, bytes: &[u8]| std::fs::write(folder.path().join(file), bytes).unwrap();
    let error = |count| format!("{:#}", cifar10::train(folder.path(), count).unwrap_err());
    assert!(error(1).contains("data_batch_1.bin"));
    let mut records = [[1; 3073], [2; 3073]];
    records[1][1 + 1024 + 32 + 2] = 255; // green, row 1, column 2
    write("data_batch_1.bin", records.as_flattened());
    assert!(error(3).contains("data_batch_2.bin"), "two images are not three");
    let images = cifar10::train(folder.path(), 2).unwrap();
    assert_eq!((images.images.size(), images.labels.size()), (vec![2, 32, 32, 3], vec![2]));
    assert_eq!(images.images.double_value(&[1, 1, 2, 1]), 1.0);
    assert_eq!(images.labels.int64_value(&[1]), 2);
    write("data_batch_2.bin", &[3; 3073]);
    assert_eq!(cifar10::train(folder.path(), 3).unwrap().labels.int64_value(&[2]), 3);
    write("data_batch_2.bin", &[10; 3073]);
    assert!(error(3).contains("data_batch_2.bin") && error(3).contains("class over 9"));
    write("test_batch.bin", &records.as_flattened()[1..]);
    let short = format!("{:#}", cifar10::test(folder.path(), 1).unwrap_err());
    assert!(short.contains("test_batch.bin") && short.contains("damaged"));
    write("test_batch.bin", records.as_flattened());
    let few = format!("{:#}", cifar10::test(folder.path(), 3).unwrap_err());
    assert!(few.contains("only 2 images, not 3"), "{few}");
    write("batches.meta.txt", b"one\ntwo\n");
    assert!(format!("{:#}", cifar10::class_names(folder.path()).unwrap_err()).contains("2 names"));
}

/// The pixel that the book looks at (p. 62), where CIFAR-10 is at hand as its maker published it.
#[test]
fn cifar10_has_the_books_pixel() {
    let found = data::Store::open().and_then(|store| store.find("cifar10", data::Choice::Real));
    if let Ok(Some(set)) = found
        && set.origin.remark.is_none()
    {
        let images = cifar10::train(&set.dir, 55).unwrap();
        assert_eq!(images.images.double_value(&[54, 12, 13, 1]) as f32, 94.0 / 255.0);
        assert_eq!(cifar10::class_names(&set.dir).unwrap()[9], "truck");
    }
}

//! What figures must show, read off their pixels.

use std::fs;

use ndarray::{Array4, arr2};

use super::*;

/// A figure's pixel where a bare chart of 2 x 2 inches shows (x, y) of a range 0..1.
fn at(figure: &Figure, x: f32, y: f32) -> Color {
    let (margin, side) = (20.0, 400.0 - 2.0 * 20.0);
    let place = |share: f32| (margin + share * side) as u32;
    figure.pixel(place(x), place(1.0 - y)).unwrap()
}

pub(super) fn unit_chart() -> Chart {
    Chart::new().x_range(0.0, 1.0).y_range(0.0, 1.0).bare()
}

pub(super) fn small(plot: &dyn Plot) -> anyhow::Result<Figure> {
    Figure::of(plot, (2.0, 2.0))
}

#[test]
fn a_figure_is_a_png_of_its_size_and_resolution() {
    let figure = Figure::of(&unit_chart(), (6.4, 4.8)).unwrap();
    assert_eq!((figure.width(), figure.height()), (1280, 960));
    let png = figure.png().unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let dots = reader.info().pixel_dims.unwrap();
    assert_eq!((dots.xppu, dots.yppu), (7874, 7874)); // 200 per inch
    assert!(matches!(dots.unit, png::Unit::Meter));
    let image = image::load_from_memory(&png).unwrap();
    assert_eq!((image.width(), image.height()), (1280, 960));
}

#[test]
fn saving_makes_folders_replaces_and_leaves_nothing_beside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/figure.png");
    let figure = small(&unit_chart()).unwrap();
    figure.save(&path).unwrap();
    figure.with_note("twice").unwrap().save(&path).unwrap();
    assert!(image::open(&path).unwrap().height() > 400);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    // A folder stands where the file should go: an error that names it, and nothing left beside.
    let error = small(&unit_chart()).unwrap().save(folder.path().join("new")).unwrap_err();
    assert!(format!("{error:#}").contains("saving the figure"), "{error:#}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn notebooks_get_the_image_itself() {
    let text = small(&unit_chart()).unwrap().evcxr_text().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[2]), ("EVCXR_BEGIN_CONTENT image/png", "EVCXR_END_CONTENT"));
    assert!(lines[1].starts_with("iVBORw0KGgo")); // PNG's first bytes in base 64
}

#[test]
fn titles_and_notes_make_the_sheet_higher_and_keep_the_image() {
    let dot = Points::new(arr2(&[[0.5, 0.5]]).view()).color(Color::RED).size(400.0);
    let plain = small(&unit_chart().with(dot)).unwrap();
    let titled = plain.clone().with_title("Title").unwrap().with_note("a note").unwrap();
    assert_eq!(titled.width(), 400);
    let more = titled.height() - plain.height();
    assert!((40..120).contains(&more), "{more}");
    let red = |figure: &Figure| {
        let pixels = (0..figure.height()).flat_map(|y| (0..400).map(move |x| (x, y)));
        pixels.filter(|&(x, y)| figure.pixel(x, y) == Some(Color::RED)).count()
    };
    assert_eq!(red(&plain), red(&titled));
}

#[test]
fn points_lie_where_they_should_and_later_ones_on_top() {
    let below = arr2(&[[0.25, 0.75], [0.75, 0.25]]);
    let above = arr2(&[[0.25, 0.75], [5.0, 0.5]]);
    let chart = unit_chart()
        .with(Points::new(below.view()).size(100.0))
        .with(Points::new(above.view()).size(40.0).color(Color::RED));
    let figure = small(&chart).unwrap();
    assert_eq!(at(&figure, 0.25, 0.75), Color::RED);
    assert_eq!(at(&figure, 0.75, 0.25), Color::BLACK);
    assert_eq!(at(&figure, 0.75, 0.75), Color::WHITE);
    assert_eq!(at(&figure, 0.99, 0.5), Color::WHITE); // what is out of range is not pressed against the edge
}

#[test]
fn classes_have_evenly_spaced_colours_and_alpha_mixes_with_white() {
    let points = arr2(&[[0.2, 0.5], [0.5, 0.5]]);
    let classes = Points::new(points.view()).classes(&[0, 9], 0..10).size(150.0);
    let figure = Figure::of(&unit_chart().with(classes), (4.0, 2.0)).unwrap();
    let colors: Vec<Color> = (0..800).filter_map(|x| figure.pixel(x, 200)).collect();
    assert!(colors.contains(&ColorMap::Rainbow.at(0.0)) && colors.contains(&Color::RED));
    let half = unit_chart().with(Points::new(points.view()).size(150.0).alpha(0.5));
    let grey = at(&small(&half).unwrap(), 0.5, 0.5);
    assert!((126..=129).contains(&grey.r), "{grey:?}");
}

#[test]
fn lines_bars_and_areas_are_where_their_numbers_say() {
    let line = Line::xy("", [-3.0, 4.0], [0.5, 0.5]).width(10.0).color(Color::BLUE);
    let figure = small(&unit_chart().with(line)).unwrap();
    assert_eq!(at(&figure, 0.1, 0.5), Color::BLUE);
    assert_eq!(at(&figure, 0.1, 0.6), Color::WHITE);
    let bars = Histogram::new([0.1, 0.2, 0.9]).bins(2).range(0.0, 1.0).density();
    let figure = small(&unit_chart().with(bars.color(Color::GREEN)).y_range(0.0, 2.0)).unwrap();
    assert_eq!(at(&figure, 0.25, 0.6), Color::GREEN); // 4/3 of 2
    assert_eq!(at(&figure, 0.25, 0.7), Color::WHITE);
    assert_eq!(at(&figure, 0.75, 0.3), Color::GREEN); // 2/3 of 2
    assert_eq!(at(&figure, 0.75, 0.4), Color::WHITE);
    let area = Polygon::rectangle((0.1, 0.1), (0.5, 0.5)).fill(Color::ORANGE, 1.0);
    let figure = small(&unit_chart().with(area)).unwrap();
    assert_eq!(at(&figure, 0.3, 0.3), Color::ORANGE);
    assert_eq!(at(&figure, 0.6, 0.3), Color::WHITE);
}

#[test]
fn lines_without_a_colour_get_one_each() {
    let chart = unit_chart()
        .with(Line::xy("", [0.0, 1.0], [0.2, 0.2]).width(10.0))
        .with(Line::xy("", [0.0, 1.0], [0.8, 0.8]).width(10.0));
    let figure = small(&chart).unwrap();
    assert_eq!(at(&figure, 0.5, 0.2), Color::tab10(0));
    assert_eq!(at(&figure, 0.5, 0.8), Color::tab10(1));
}

#[test]
fn images_are_shown_pixel_by_pixel_at_a_whole_factor() {
    let images = Array4::from_shape_fn((3, 2, 2, 3), |(i, y, x, c)| match c {
        0 => i as f32 / 2.0,
        1 => y as f32,
        _ => x as f32,
    });
    let grid = ImageGrid::new(images.view()).columns(2).gap(0.0);
    let figure = Figure::fitted(&[&[&grid]], 1.0).unwrap(); // 160 pixels inside: 40 for each of 2 x 2
    assert_eq!((figure.width(), figure.height()), (200, 200));
    for ((i, y, x, _), _) in images.indexed_iter() {
        let (left, top) = (20 + (i % 2) * 80 + x * 40, 20 + (i / 2) * 80 + y * 40);
        let expected = Color::new([0, 128, 255][i], 255 * y as u8, 255 * x as u8);
        for (dx, dy) in [(0, 0), (39, 0), (0, 39), (39, 39)] {
            let pixel = figure.pixel((left + dx) as u32, (top + dy) as u32);
            assert_eq!(pixel, Some(expected), "image {i}, pixel {x} {y}");
        }
    }
    assert_eq!(figure.pixel(150, 150), Some(Color::WHITE)); // there is no fourth
}

#[test]
fn captions_and_ranges_of_images() {
    let images = Array4::from_elem((2, 4, 4, 1), -1.0);
    let plain = ImageGrid::new(images.view()).range(1.0, -1.0);
    let figure = Figure::fitted(&[&[&plain]], 2.0).unwrap();
    assert_eq!(figure.pixel(30, 30), Some(Color::WHITE));
    let captioned = ImageGrid::new(images.view()).captions(["[-1.2, 0.3]"]);
    let higher = Figure::fitted(&[&[&captioned]], 2.0).unwrap();
    assert_eq!(figure.width(), higher.width());
    assert!(higher.height() > figure.height() + 20);
}

#[test]
fn heat_maps_show_their_cells() {
    let map = HeatMap::new(arr2(&[[0.0, 1.0], [0.5, f32::NAN]]).view()).map(ColorMap::Gray).no_bar();
    let figure = Figure::of(&map, (2.0, 2.0)).unwrap();
    let colors: Vec<_> =
        [(120, 100), (300, 100), (120, 250), (300, 250)].into_iter().filter_map(|(x, y)| figure.pixel(x, y)).collect();
    assert_eq!(colors, [Color::BLACK, Color::WHITE, Color::GREY, Color::WHITE]);
}

#[test]
fn prose_wraps_at_its_width_and_grows_downwards() {
    let words = "word ".repeat(60);
    let height = |width: f32| Prose::new(&words).size_within(width).1;
    assert!(height(100.0) > 2.0 * height(300.0), "{} and {}", height(100.0), height(300.0));
    // Line ends stay, and a title takes a line.
    let lines = Prose::new("one\ntwo").size_within(300.0).1;
    assert_eq!(lines, 2.0 * Prose::new("one").size_within(300.0).1);
    assert!(Prose::new("one").title("title").size_within(300.0).1 > Prose::new("one").size_within(300.0).1);
    // The ground of a word shows beside its letters, and only there.
    let figure = small(&Prose::shaded([("iiiiiiii", Color::RED, 1.0), ("i", Color::BLUE, 0.0)])).unwrap();
    let red = |x: u32, y: u32| figure.pixel(x, y) == Some(Color::RED);
    assert!((20..80).any(|x| (20..50).any(|y| red(x, y))));
    assert!(!(100..400).any(|x| (0..400).any(|y| red(x, y))));
}

#[test]
fn panels_share_the_sheet() {
    let dot = |color| unit_chart().with(Points::new(arr2(&[[0.5, 0.5]]).view()).color(color).size(2000.0));
    let (red, blue) = (dot(Color::RED), dot(Color::BLUE));
    let figure = Figure::panels(&[&[&red, &blue], &[&blue]], (4.0, 4.0)).unwrap();
    assert_eq!(figure.pixel(210, 210), Some(Color::RED));
    assert_eq!(figure.pixel(590, 210), Some(Color::BLUE));
    assert_eq!(figure.pixel(400, 590), Some(Color::BLUE));
    let grid = Figure::grid(&[dot(Color::RED), dot(Color::RED), dot(Color::BLUE)], 2, (4.0, 4.0)).unwrap();
    assert_eq!(grid.pixel(210, 590), Some(Color::BLUE));
    assert_eq!(grid.pixel(590, 590), Some(Color::WHITE));
}

//! Odd input: a clear error or a sensible figure, never a panic.

use ndarray::{Array2, Array4, arr2};
use proptest::num::f32::ANY; // NaN and infinity among them
use proptest::prelude::*;

use super::tests::{small, unit_chart};
use super::*;

/// The error of a plot, which must be one and must mention `what`.
fn refused(plot: &dyn Plot, what: &str) {
    for result in [small(plot), Figure::fitted(&[&[plot]], 3.0)] {
        let error = format!("{:#}", result.map(|_| ()).unwrap_err());
        assert!(error.contains(what), "{error:?} does not mention {what:?}");
    }
}

#[test]
fn wrong_shapes_are_errors_that_say_what_is_wrong() {
    let three = Array2::zeros((4, 3));
    refused(&Chart::new().with(Points::new(three.view())), "4 x 3");
    refused(&Chart::new().with(Polygon::new(three.view())), "4 x 3");
    let two = || Array2::zeros((4, 2));
    refused(&Chart::new().with(Points::new(two().view()).classes(&[0, 1], 0..2)), "2 labels");
    refused(&Chart::new().with(Points::new(two().view()).classes(&[0, 1, 2, 3], 0..3)), "class 3");
    refused(&Chart::new().with(Points::new(two().view()).classes(&[0, -1, 0, 0], 0..3)), "class -1");
    refused(&Chart::new().with(Points::new(two().view()).values(&[1.0])), "1 values");
    refused(&Chart::new().with(Line::xy("loss", [1.0], [1.0, 2.0])), "loss");
    refused(&Chart::new().with(Histogram::new([1.0]).bins(0)), "bin");
    refused(&Chart::new().with(Histogram::new([1.0]).bins(usize::MAX)), "bin");
    refused(&Chart::new().with(Histogram::new([1.0]).range(1.0, 0.0)), "range");
    refused(&Chart::new().x_range(1.0, 1.0), "x axis");
    refused(&Chart::new().y_range(f64::NAN, 1.0), "y axis");
    refused(&Chart::new().log_y().y_range(0.0, 1.0), "above 0");
    refused(&Prose::new(""), "without words");
    refused(&ImageGrid::new(Array4::zeros((0, 2, 2, 1)).view()), "at least one image");
    refused(&ImageGrid::new(Array4::zeros((1, 2, 2, 2)).view()), "2 x 2 x 2");
    refused(&ImageGrid::new(Array4::zeros((1, 0, 2, 1)).view()), "0 x 2 x 1");
    refused(&ImageGrid::new(Array4::zeros((1, 2, 2, 1)).view()).columns(0), "column");
    let mixed = ImageGrid::new(Array4::zeros((1, 2, 2, 1)).view());
    refused(&mixed.then(Array4::zeros((1, 3, 2, 1)).view()), "3 x 2 x 1");
    refused(&ImageGrid::new(Array4::zeros((1, 2, 2, 1)).view()).range(1.0, 1.0), "range");
    refused(&HeatMap::new(Array2::zeros((0, 3)).view()), "0 x 3");
    refused(&HeatMap::new(Array2::zeros((2, 3)).view()).x_names(["a"]), "3 columns");
    refused(&HeatMap::new(Array2::zeros((2, 3)).view()).range(1.0, 0.0), "range");
    refused(&Table::new([""; 0]), "at least one column");
    refused(&Table::new(["a", "b"]).row(["1", "2"]).row(["3"]), "row 1 of a table has 1 cells");
    refused(&Diagram::new(Vec::new(), Vec::new()), "at least one box");
    let node = || Node::new("a", "Dense", "(None, 1)", "(None, 1)");
    refused(&Diagram::new(vec![node(), node()], vec![(0, 1), (1, 0)]), "cycle");
    refused(&Diagram::new(vec![node()], vec![(0, 1)]), "box 1");
}

#[test]
fn impossible_sizes_are_errors() {
    let chart = unit_chart();
    for size in [(0.0, 1.0), (-1.0, 1.0), (1.0, f32::NAN), (f32::INFINITY, 1.0), (1000.0, 1.0), (0.3, 0.05)] {
        assert!(Figure::of(&chart, size).is_err(), "{size:?}");
    }
    assert!(Figure::of(&Chart::new().title("no room").x_label("x"), (0.4, 0.4)).is_err());
    assert!(Figure::panels(&[], (1.0, 1.0)).is_err());
    assert!(Figure::fitted(&[&[]], 1.0).is_err());
    assert!(Figure::grid(&[chart], 0, (1.0, 1.0)).is_err());
}

#[test]
fn nothing_to_show_and_equal_values_still_make_a_figure() {
    let none = Array2::zeros((0, 2));
    small(&Chart::new()).unwrap();
    small(&Chart::new().with(Points::new(none.view()).classes(&[], 0..10))).unwrap();
    small(&Chart::new().with(Points::new(Array2::from_elem((9, 2), 3.0).view()))).unwrap();
    small(&Chart::new().with(Points::new(arr2(&[[f32::NAN, 1.0]]).view()).values(&[f32::NAN]))).unwrap();
    small(&Chart::new().with(Line::new("empty", Vec::<f64>::new())).log_y()).unwrap();
    small(&Chart::new().with(Line::new("negative", [-1.0, 0.0])).log_x().log_y()).unwrap();
    small(&Chart::new().with(Line::new("huge", [1e308, -1e308, 1.0, f64::INFINITY]))).unwrap();
    small(&Chart::new().with(Line::new("thin", [1.0, 2.0]).width(0.0).dashed())).unwrap();
    small(&Chart::new().with(Line::new("less than nothing", [1.0, 2.0]).width(-1.0))).unwrap();
    small(&Chart::new().with(Points::new(arr2(&[[0.0, 1.0]]).view()).size(-1.0).alpha(f32::NAN))).unwrap();
    small(&Chart::new().with(Line::new("steep", [1e29, -1e-8])).y_range(0.0, 1e-23)).unwrap();
    small(&Chart::new().with(Line::new("near", [1e8, 1e8 + 1e-8]))).unwrap();
    small(&Chart::new().with(Histogram::new([0.5; 4])).log_y()).unwrap();
    small(&Chart::new().with(Label::new("no 漢字", (f64::NAN, 0.0))).x_label("")).unwrap();
    small(&Table::new([""])).unwrap();
    small(&Table::new(["a long heading"; 30]).row(["−1.5"; 30]).title("t")).unwrap();
    small(&ImageGrid::new(Array4::from_elem((1, 3, 3, 1), f32::NAN).view())).unwrap();
    small(&ImageGrid::new(Array4::zeros((2, 900, 700, 3)).view())).unwrap();
    small(&HeatMap::new(Array2::from_elem((2, 2), f32::NAN).view()).numbers(1)).unwrap();
    small(&HeatMap::new(Array2::from_elem((1, 1), 5.0).view()).numbers(1)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any numbers on any kind of axes make a figure.
    #[test]
    fn no_numbers_make_a_chart_panic(
        points in prop::collection::vec((ANY, ANY), 0..20),
        ends in (ANY, ANY),
        (log_x, log_y, fixed) in any::<(bool, bool, bool)>(),
        shape in 0..3,
    ) {
        let xy = Array2::from_shape_fn((points.len(), 2), |(i, j)| if j == 0 { points[i].0 } else { points[i].1 });
        let values: Vec<f32> = points.iter().map(|p| p.0).collect();
        let mut chart = Chart::new()
            .with(Points::new(xy.view()).values(&values))
            .with(Line::xy("line", values.clone(), points.iter().map(|p| p.1)))
            .with(Line::new("dashed", values.clone()).dashed())
            .with(Polygon::new(xy.view()).edge(Color::RED, 1.0))
            .with(Histogram::new(values).label("bars"));
        chart = if log_x { chart.log_x() } else { chart };
        chart = if log_y { chart.log_y() } else { chart };
        chart = if fixed { chart.x_range(ends.0.into(), ends.1.into()).y_range(ends.1.into(), ends.0.into()) } else { chart };
        chart = match shape { 0 => chart, 1 => chart.square(), _ => chart.equal() };
        // Some ranges are refused; what matters is that nothing panics.
        let _ = Figure::of(&chart, (3.0, 3.0));
        let _ = Figure::fitted(&[&[&chart]], 3.0);
    }
}

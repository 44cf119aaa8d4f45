//! The land of the Earth on a flat map, longitude by latitude.

use super::topojson::{self, Polygon, Position};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// The land as disjoint polygons. Positions are longitude (-180 to 180) and latitude (-90 to 90), in degrees.
#[derive(Debug, Clone)]
pub struct Land {
    /// The polygons: continents and islands.
    pub polygons: Vec<Polygon>,
    /// Bounding box of each polygon: west, south, east, north.
    bounds: Vec<[f64; 4]>,
}

/// Reads the land of the data set `natural-earth` (real or synthetic) from its folder.
///
/// # Errors
/// The file is missing or damaged, or has almost no land.
pub fn read(dir: &Path) -> Result<Land> {
    let path = dir.join("land-110m.json");
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&bytes).with_context(|| {
        format!("{} is damaged: move it away and fetch it again with `cargo book data fetch`", path.display())
    })
}

/// Reads the object `land` of a TopoJSON topology.
///
/// # Errors
/// It is not such a topology, leaves the map, or covers less than a thousandth of it, too little to sample from.
pub fn parse(bytes: &[u8]) -> Result<Land> {
    let globe = topojson::polygons(bytes, "land")?;
    let positions = globe.iter().flat_map(|polygon| &polygon.rings).flatten();
    ensure!(
        { positions }.all(|&[x, y]| x.abs() <= 180.001 && y.abs() <= 90.001),
        "the land reaches beyond longitude ±180° or latitude ±90°"
    );
    let land = Land::new(globe.iter().flat_map(flat).collect());
    ensure!(land.area() > 64.8, "there is hardly any land on the map");
    Ok(land)
}

impl Land {
    fn new(polygons: Vec<Polygon>) -> Land {
        let bounds = polygons.iter().map(|polygon| {
            let none = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
            polygon.rings.iter().flatten().fold(none, |[w, s, e, n], &[x, y]| [w.min(x), s.min(y), e.max(x), n.max(y)])
        });
        Land { bounds: bounds.collect(), polygons }
    }

    /// Whether a point is on land.
    pub fn contains(&self, point: Position) -> bool {
        let near = |[west, south, east, north]: &[f64; 4]| {
            (*west..=*east).contains(&point[0]) && (*south..=*north).contains(&point[1])
        };
        self.polygons.iter().zip(&self.bounds).any(|(polygon, bounds)| near(bounds) && polygon.contains(point))
    }

    /// The area of all land on the flat map, in square degrees; the whole map has 64,800.
    pub fn area(&self) -> f64 {
        self.polygons.iter().map(Polygon::area).sum()
    }
}

/// A polygon of the globe on the flat map, which cuts outlines at the 180th meridian.
fn flat(polygon: &Polygon) -> Vec<Polygon> {
    let rings: Vec<Vec<Position>> = polygon.rings.iter().map(|ring| unrolled(ring)).collect();
    let on_map = |shift: f64| {
        let cut = |ring: &Vec<Position>| {
            let moved: Vec<Position> = ring.iter().map(|&[x, y]| [x + shift, y]).collect();
            // East of -180°, then west of 180°.
            clipped(&clipped(&moved, |x| x + 180.0), |x| 180.0 - x)
        };
        let rings: Vec<_> = rings.iter().map(cut).filter(|ring| ring.len() >= 4).collect();
        Polygon { rings }
    };
    [-360.0, 0.0, 360.0].map(on_map).into_iter().filter(|polygon| polygon.area() > 0.0).collect()
}

/// A ring whose longitudes continue beyond 180° instead of jumping to -180°. A ring around a pole, such as Antarctica's
/// coast, is closed along the map's edge.
fn unrolled(ring: &[Position]) -> Vec<Position> {
    let mut turns = 0.0;
    let mut line: Vec<Position> = vec![];
    for (i, &[x, y]) in ring.iter().enumerate() {
        let step = if i == 0 { 0.0 } else { x - ring[i - 1][0] };
        turns -= (step / 360.0).round();
        line.push([x + 360.0 * turns, y]);
    }
    if let (true, Some(&[first, start]), Some(&[last, _])) = (turns != 0.0, line.first(), line.last()) {
        let pole = 90f64.copysign(start);
        line.extend([[last, pole], [first, pole], [first, start]]);
    }
    line
}

/// The part of a closed ring where `inside` of the longitude is not negative (Sutherland and Hodgman, 1974).
fn clipped(ring: &[Position], inside: impl Fn(f64) -> f64) -> Vec<Position> {
    let mut part = vec![];
    for edge in ring.windows(2) {
        let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
        let (from, to) = (inside(x0), inside(x1));
        if from >= 0.0 {
            part.push([x0, y0]);
        }
        if (from < 0.0) != (to < 0.0) {
            let share = from / (from - to);
            part.push([x0 + share * (x1 - x0), y0 + share * (y1 - y0)]);
        }
    }
    part.extend(part.first().copied());
    part
}

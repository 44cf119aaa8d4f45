//! The polygons of a TopoJSON file: outlines made of shared arcs, stored as steps on an integer grid.
//!
//! Specification: Bostock and Metcalf, "The TopoJSON Format Specification", 2013. Only geometries with an area are
//! read.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;

/// x and y; longitude and latitude in degrees for maps.
pub type Position = [f64; 2];

/// Limit for positions: arcs can be used many times, so a small file could unpack to any size.
const MOST_POSITIONS: usize = 10_000_000;

/// A polygon: its outline, then its holes. Each ring ends where it starts and has at least four positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    /// Outline and holes.
    pub rings: Vec<Vec<Position>>,
}

impl Polygon {
    /// Whether a point is in the polygon and in none of its holes: a ray from it crosses the rings an odd number of
    /// times.
    pub fn contains(&self, [x, y]: Position) -> bool {
        let crosses = |edge: &&[Position]| {
            let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
            (y0 > y) != (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        };
        let edges = self.rings.iter().flat_map(|ring| ring.windows(2));
        edges.filter(crosses).count() % 2 == 1
    }

    /// The area without the holes, in square units (shoelace formula).
    pub fn area(&self) -> f64 {
        let enclosed = |ring: &Vec<Position>| -> f64 {
            let twice: f64 = ring.windows(2).map(|edge| edge[0][0] * edge[1][1] - edge[1][0] * edge[0][1]).sum();
            twice.abs() / 2.0
        };
        match self.rings.split_first() {
            Some((outline, holes)) => enclosed(outline) - holes.iter().map(enclosed).sum::<f64>(),
            None => 0.0,
        }
    }
}

#[derive(Deserialize)]
struct Topology {
    objects: BTreeMap<String, Geometry>,
    arcs: Vec<Vec<Position>>,
    transform: Option<Transform>,
}

/// If present, positions are steps on an integer grid; otherwise they are absolute.
#[derive(Deserialize)]
struct Transform {
    scale: Position,
    translate: Position,
}

/// Numbers of a ring's arcs; `!i` (that is, -i - 1) is arc i reversed.
type Ring = Vec<i64>;

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon {
        arcs: Vec<Ring>,
    },
    MultiPolygon {
        arcs: Vec<Vec<Ring>>,
    },
    #[serde(rename = "GeometryCollection")]
    Collection {
        geometries: Vec<Geometry>,
    },
    #[serde(other)]
    WithoutArea,
}

impl Geometry {
    /// All its polygons, as rings of arcs.
    fn polygons(&self) -> Vec<&Vec<Ring>> {
        match self {
            Geometry::Polygon { arcs } => vec![arcs],
            Geometry::MultiPolygon { arcs } => arcs.iter().collect(),
            Geometry::Collection { geometries } => geometries.iter().flat_map(Geometry::polygons).collect(),
            Geometry::WithoutArea => vec![],
        }
    }
}

/// Reads the polygons of one object of a topology, such as `land`.
///
/// # Errors
/// The bytes are not TopoJSON, there is no such object, or its rings are open or refer to missing arcs.
pub fn polygons(bytes: &[u8], object: &str) -> Result<Vec<Polygon>> {
    let topology: Topology = serde_json::from_slice(bytes).context("not a TopoJSON topology")?;
    let Some(geometry) = topology.objects.get(object) else {
        let names: Vec<&str> = topology.objects.keys().map(String::as_str).collect();
        bail!("the topology has no object `{object}`; it has: {}", names.join(", "));
    };
    let arcs: Vec<Vec<Position>> = topology.arcs.iter().map(|arc| absolute(arc, &topology.transform)).collect();
    ensure!(arcs.iter().flatten().flatten().all(|value| value.is_finite()), "a position contains NaN or infinity");
    let mut left = MOST_POSITIONS;
    let mut polygon = |rings: &Vec<Ring>| {
        let rings = rings.iter().map(|ring| stitch(ring, &arcs, &mut left)).collect::<Result<_>>()?;
        Ok(Polygon { rings })
    };
    geometry.polygons().into_iter().map(&mut polygon).collect()
}

/// The positions of an arc in the map's unit.
fn absolute(arc: &[Position], transform: &Option<Transform>) -> Vec<Position> {
    let Some(Transform { scale, translate }) = transform else { return arc.to_vec() };
    let mut at = [0.0, 0.0];
    let place = |step: &Position| {
        at = [at[0] + step[0], at[1] + step[1]];
        [at[0] * scale[0] + translate[0], at[1] * scale[1] + translate[1]]
    };
    arc.iter().map(place).collect()
}

/// Joins the arcs of a ring; each starts at the end of the previous one, and that position counts once.
fn stitch(ring: &Ring, arcs: &[Vec<Position>], left: &mut usize) -> Result<Vec<Position>> {
    let mut line: Vec<Position> = vec![];
    for &number in ring {
        let index = if number < 0 { !number } else { number };
        let arc = usize::try_from(index).ok().and_then(|index| arcs.get(index));
        let arc = arc.with_context(|| format!("a ring refers to arc {number}, but there are {} arcs", arcs.len()))?;
        *left = left.checked_sub(arc.len()).context("the rings have more than ten million positions")?;
        line.pop();
        match number < 0 {
            true => line.extend(arc.iter().rev()),
            false => line.extend(arc),
        }
    }
    ensure!(line.len() >= 4 && line.first() == line.last(), "a ring is open or has fewer than four positions");
    Ok(line)
}

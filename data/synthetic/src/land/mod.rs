//! Synthetic data for Natural Earth: coasts of the Earth, drawn by hand with a corner every few degrees.
//!
//! The drawing is `coasts.json`. The output is TopoJSON like the real file: an object `land`, a collection with one
//! multipolygon, whose rings are arcs of steps on an integer grid, here of one degree. As in the real file, outlines may
//! cross the 180th meridian, and Antarctica's outline goes once around the pole.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// Longitude and latitude, in degrees.
type Corner = [i32; 2];

/// A continent or an island. Nothing reads its name in `coasts.json`.
#[derive(Deserialize)]
struct Coast {
    /// The outline, then holes: each ring ends at its start.
    rings: Vec<Vec<Corner>>,
}

/// Writes `land-110m.json` to the folder `dir`.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let path = dir.join("land-110m.json");
    std::fs::write(&path, topology()?.to_string()).with_context(|| format!("cannot write {}", path.display()))
}

fn topology() -> Result<Value> {
    let coasts: Vec<Coast> = serde_json::from_str(include_str!("coasts.json")).context("coasts.json is invalid")?;
    let arcs: Vec<Value> = coasts.iter().flat_map(|coast| &coast.rings).map(|ring| steps(ring)).collect();
    // Each ring is one arc.
    let mut numbers = 0..arcs.len();
    let mut rings =
        |coast: &Coast| -> Value { numbers.by_ref().take(coast.rings.len()).map(|arc| json!([arc])).collect() };
    let polygons: Vec<Value> = coasts.iter().map(&mut rings).collect();
    Ok(json!({
        "type": "Topology",
        "objects": {
            "land": { "type": "GeometryCollection", "geometries": [{ "type": "MultiPolygon", "arcs": polygons }] }
        },
        "arcs": arcs,
        "transform": { "scale": [1, 1], "translate": [-180, -90] },
    }))
}

/// A ring as steps: the first from the grid's corner at (-180, -90), the others from the previous corner.
fn steps(ring: &[Corner]) -> Value {
    let mut last = [-180, -90];
    let step = |&[x, y]: &Corner| {
        let step = [x - last[0], y - last[1]];
        last = [x, y];
        step
    };
    ring.iter().map(step).collect::<Vec<_>>().into()
}

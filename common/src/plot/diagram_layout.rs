//! Where the boxes of a diagram stand: in layers from top to bottom, each below all that lead to it.

use anyhow::{Result, ensure};

/// Room between boxes side by side, and what a line that passes a layer takes, in points.
const GAP: f32 = 16.0;
const LANE: f32 = 8.0;

/// The layers and, across, the places of boxes and of the bends of long lines.
pub(super) struct Arranged {
    /// Layer of each box, 0 at the top.
    pub layer: Vec<usize>,
    /// Middle of each box, in points; the leftmost edge of all is 0.
    pub middle: Vec<f32>,
    /// For each edge, the layers it passes on its way and where across.
    pub bends: Vec<Vec<(usize, f32)>>,
    pub width: f32,
}

/// A box or a bend on its way through a layer.
struct Spot {
    width: f32,
    layer: usize,
    neighbours: Vec<usize>,
    x: f32,
    /// Bends yield to boxes.
    bend: bool,
}

/// Arranges boxes of these widths, joined by edges (from, to).
///
/// # Errors
/// An edge names an unknown box, or edges form a cycle.
pub(super) fn arrange(widths: &[f32], edges: &[(usize, usize)]) -> Result<Arranged> {
    let layer = layers(widths.len(), edges)?;
    let mut spots: Vec<Spot> = widths
        .iter()
        .zip(&layer)
        .map(|(&width, &layer)| Spot { width, layer, neighbours: Vec::new(), x: 0.0, bend: false })
        .collect();
    // An edge past other layers gets a spot in each, so that it goes round the boxes there.
    // Short ones come first and stay near the boxes, long ones run outside.
    let mut ways = vec![Vec::new(); edges.len()];
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by_key(|&edge| layer[edges[edge].1] - layer[edges[edge].0]);
    for edge in order {
        let (from, to) = edges[edge];
        let mut way = vec![from];
        for passed in layer[from] + 1..layer[to] {
            way.push(spots.len());
            spots.push(Spot { width: LANE, layer: passed, neighbours: Vec::new(), x: 0.0, bend: true });
        }
        way.push(to);
        for pair in way.windows(2) {
            spots[pair[0]].neighbours.push(pair[1]);
            spots[pair[1]].neighbours.push(pair[0]);
        }
        ways[edge] = way;
    }
    place(&mut spots);
    let left = spots.iter().map(|s| s.x - s.width / 2.0).fold(f32::INFINITY, f32::min);
    let right = spots.iter().map(|s| s.x + s.width / 2.0).fold(f32::NEG_INFINITY, f32::max);
    let at = |spot: usize| spots[spot].x - left;
    let inner = |way: &Vec<usize>| -> Vec<(usize, f32)> {
        let bends = way.iter().filter(|&&spot| spots[spot].bend);
        bends.map(|&spot| (spots[spot].layer, at(spot))).collect()
    };
    Ok(Arranged {
        middle: (0..widths.len()).map(at).collect(),
        bends: ways.iter().map(inner).collect(),
        width: right - left,
        layer,
    })
}

/// The length of the longest way to each box.
fn layers(n: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>> {
    for &(from, to) in edges {
        ensure!(
            from < n && to < n,
            "a diagram of {n} boxes cannot have an arrow from box {from} to box {to}: boxes count from 0"
        );
    }
    let mut layer = vec![0; n];
    // Without a circle, the longest way has fewer than n steps.
    for _ in 0..n {
        let mut moved = false;
        for &(from, to) in edges {
            if layer[to] <= layer[from] {
                layer[to] = layer[from] + 1;
                moved = true;
            }
        }
        if !moved {
            return Ok(layer);
        }
    }
    anyhow::bail!("the arrows of a diagram form a cycle: only acyclic diagrams can be drawn")
}

/// Moves the spots of each layer towards their neighbours, a few times over, without letting them overlap.
fn place(spots: &mut [Spot]) {
    let depth = spots.iter().map(|spot| spot.layer + 1).max().unwrap_or(0);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (i, spot) in spots.iter().enumerate() {
        rows[spot.layer].push(i);
    }
    for row in &rows {
        settle(spots, row, |_, spot| spot.x);
    }
    for _ in 0..4 {
        for row in rows.iter().chain(rows.iter().rev()) {
            settle(spots, row, |spots, spot| {
                // Boxes line up with boxes, whatever lines pass; the rest follows.
                let kin = spot.neighbours.iter().filter(|&&n| spots[n].bend == spot.bend);
                let kin: Vec<f32> = kin.map(|&n| spots[n].x).collect();
                match kin.len() {
                    0 => spot.x,
                    n => kin.iter().sum::<f32>() / n as f32,
                }
            });
        }
    }
}

/// Puts the spots of one row, in their order, as near as they can stand to where they wish to be.
fn settle(spots: &mut [Spot], row: &[usize], wish: impl Fn(&[Spot], &Spot) -> f32) {
    let wishes: Vec<f32> = row.iter().map(|&i| wish(spots, &spots[i])).collect();
    for (k, &i) in row.iter().enumerate() {
        let nearest = match k.checked_sub(1).map(|before| &spots[row[before]]) {
            Some(before) => before.x + (before.width + spots[i].width) / 2.0 + GAP,
            None => f32::NEG_INFINITY,
        };
        spots[i].x = wishes[k].max(nearest);
    }
    // All have moved to the right only: move them back by what the boxes were moved on average.
    let boxes = row.iter().zip(&wishes).filter(|(i, _)| !spots[**i].bend);
    let moved: Vec<f32> = boxes.map(|(&i, wish)| spots[i].x - wish).collect();
    let back = moved.iter().sum::<f32>() / moved.len().max(1) as f32;
    for &i in row {
        spots[i].x -= back;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_stand_side_by_side_and_meet_below() {
        // flatten -> mu, log_var -> sampling
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3)];
        let arranged = arrange(&[100.0; 4], &edges).unwrap();
        assert_eq!(arranged.layer, [0, 1, 1, 2]);
        assert!(arranged.middle[2] - arranged.middle[1] >= 100.0);
        let center = (arranged.middle[1] + arranged.middle[2]) / 2.0;
        assert!((arranged.middle[0] - center).abs() < 0.01);
        assert!((arranged.middle[3] - center).abs() < 0.01);
    }

    #[test]
    fn long_edges_go_round_the_boxes_they_pass() {
        let arranged = arrange(&[100.0; 3], &[(0, 1), (1, 2), (0, 2)]).unwrap();
        assert_eq!(arranged.layer, [0, 1, 2]);
        assert_eq!(arranged.bends[2].len(), 1);
        let (layer, x) = arranged.bends[2][0];
        assert_eq!(layer, 1);
        assert!((x - arranged.middle[1]).abs() > 50.0);
    }

    #[test]
    fn circles_and_missing_boxes_are_errors() {
        assert!(arrange(&[10.0; 2], &[(0, 1), (1, 0)]).is_err());
        assert!(arrange(&[10.0; 2], &[(1, 1)]).is_err());
        assert!(arrange(&[10.0; 2], &[(0, 2)]).is_err());
    }
}

//! Colour maps: from a number in 0..1 to a colour, with the values matplotlib gives them.

use super::color::Color;

/// A colour map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMap {
    /// Violet over green to red: the book's map for classes.
    Rainbow,
    /// Dark blue over green to yellow; evenly growing brightness, also for the colour blind.
    #[default]
    Viridis,
    /// Black to white.
    Gray,
    /// White to black, as ink on paper.
    Binary,
    /// Blue over light grey to red: for values around a centre.
    Coolwarm,
    /// Red over white to blue: for values around a centre.
    RdBu,
}

impl ColorMap {
    /// The colour at `t`, clamped to 0 (first) and 1 (last); NaN is the first colour.
    pub fn at(self, t: f32) -> Color {
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
        match self {
            ColorMap::Rainbow => {
                use std::f32::consts::PI;
                let red = (2.0 * t - 0.5).abs();
                from_unit([red, (PI * t).sin(), (PI * t / 2.0).cos()])
            }
            ColorMap::Gray => from_unit([t; 3]),
            ColorMap::Binary => from_unit([1.0 - t; 3]),
            ColorMap::Viridis => between(&VIRIDIS, t),
            ColorMap::Coolwarm => between(&COOLWARM, t),
            ColorMap::RdBu => between(&RD_BU, t),
        }
    }

    /// The colour of class `i` of `n`: the classes stand evenly from the first colour to the last.
    pub fn class(self, i: usize, n: usize) -> Color {
        self.at(i as f32 / n.saturating_sub(1).max(1) as f32)
    }
}

fn from_unit(rgb: [f32; 3]) -> Color {
    let [r, g, b] = rgb.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
    Color::new(r, g, b)
}

/// Straight lines between evenly spaced colours.
fn between(nodes: &[u32], t: f32) -> Color {
    let place = t * (nodes.len() - 1) as f32;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (a, b) = (Color::hex(nodes[below]), Color::hex(nodes[above]));
    let part = place - below as f32;
    let mix = |a: u8, b: u8| (f32::from(a) + part * (f32::from(b) - f32::from(a))) / 255.0;
    from_unit([mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)])
}

const VIRIDIS: [u32; 33] = [
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453681, 0x424086, 0x3f4989, 0x3b528b, 0x375a8d, 0x33638d,
    0x2f6a8e, 0x2c728e, 0x297a8e, 0x26818e, 0x23898e, 0x21908c, 0x1f988b, 0x1f9f88, 0x21a685, 0x28ae80, 0x31b57b,
    0x3ebc74, 0x4cc26c, 0x5dc963, 0x6ece58, 0x82d34c, 0x96d83f, 0xabdc32, 0xc0df24, 0xd5e21a, 0xeae51a, 0xfde725,
];

const COOLWARM: [u32; 33] = [
    0x3b4cc0, 0x445acc, 0x4d68d7, 0x5775e1, 0x6282ea, 0x6c8ef1, 0x779af7, 0x82a5fb, 0x8db0fe, 0x98b9ff, 0xa3c2ff,
    0xaec9fd, 0xb8d0f9, 0xc2d5f4, 0xccd9ee, 0xd5dbe6, 0xdddddd, 0xe5d8d1, 0xecd3c5, 0xf1ccb9, 0xf5c4ad, 0xf7bba0,
    0xf7b194, 0xf7a687, 0xf49a7b, 0xf18d6f, 0xec7f63, 0xe57058, 0xde604d, 0xd55042, 0xcb3e38, 0xc0282f, 0xb40426,
];

const RD_BU: [u32; 11] =
    [0x67001f, 0xb2182b, 0xd6604d, 0xf4a582, 0xfddbc7, 0xf7f7f7, 0xd1e5f0, 0x92c5de, 0x4393c3, 0x2166ac, 0x053061];

#[cfg(test)]
mod tests {
    use super::*;

    /// What matplotlib 3 gives at 0, 0.25, 0.5, 0.75 and 1. It has 256 steps, of which these are the places.
    #[test]
    fn maps_have_the_colours_of_matplotlib() {
        let maps = [
            (ColorMap::Rainbow, [(128, 0, 255), (0, 181, 235), (128, 255, 180), (255, 179, 96), (255, 0, 0)]),
            (ColorMap::Viridis, [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]),
            (ColorMap::Gray, [(0, 0, 0), (64, 64, 64), (128, 128, 128), (192, 192, 192), (255, 255, 255)]),
            (ColorMap::Coolwarm, [(59, 76, 192), (141, 176, 254), (221, 220, 220), (244, 152, 122), (180, 4, 38)]),
            (ColorMap::RdBu, [(103, 0, 31), (229, 131, 104), (246, 247, 247), (104, 171, 208), (5, 48, 97)]),
        ];
        for (map, colors) in maps {
            for (i, (r, g, b)) in colors.into_iter().enumerate() {
                let color = map.at([0.0, 64.0, 128.0, 192.0, 255.0][i] / 255.0);
                let apart = [(color.r, r), (color.g, g), (color.b, b)].map(|(a, b): (u8, u8)| a.abs_diff(b));
                assert!(apart.iter().all(|&d| d <= 1), "{map:?} at {i}/4: {color:?}, matplotlib {r} {g} {b}");
            }
        }
    }

    #[test]
    fn values_beyond_the_ends_and_nan_have_the_colours_of_the_ends() {
        assert_eq!(ColorMap::Gray.at(7.0), Color::WHITE);
        assert_eq!(ColorMap::Gray.at(-7.0), Color::BLACK);
        assert_eq!(ColorMap::Gray.at(f32::NAN), Color::BLACK);
        assert_eq!(ColorMap::Binary.at(f32::INFINITY), Color::BLACK);
        assert_eq!(ColorMap::Rainbow.class(9, 10), Color::RED);
        assert_eq!(ColorMap::Rainbow.class(0, 1), ColorMap::Rainbow.at(0.0));
    }
}

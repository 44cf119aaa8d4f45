//! Shoulders and clothing.

use super::brush::{Brush, Ink, WHITE, curve, mirrored, on, polygon};
use super::{Avatar, Clothing, ClothingColor, head};

fn color(color: ClothingColor) -> Ink {
    Ink::rgb(match color {
        ClothingColor::Black => 0x2f2f36,
        ClothingColor::Blue01 => 0x5aa2e6,
        ClothingColor::Gray01 => 0x8f98a3,
        ClothingColor::PastelGreen => 0x9ee29a,
        ClothingColor::PastelOrange => 0xffc27a,
        ClothingColor::Pink => 0xff6aa8,
        ClothingColor::Red => 0xdd3d38,
        ClothingColor::White => 0xfdfdfd,
    })
}

/// A shade that is visible on black, too.
fn fold(color: Ink) -> Ink {
    match color {
        Ink(r, g, b, _) if u32::from(r) + u32::from(g) + u32::from(b) < 200 => color.toward(WHITE, 0.2),
        _ => color.shade(0.2),
    }
}

pub(super) fn draw(avatar: &Avatar, brush: &mut Brush) {
    let (color, skin) = (color(avatar.clothing_color), head::skin(avatar.skin));
    let wide = if avatar.broad { 1.12 } else { 0.98 };
    let cloth = if avatar.clothing == Clothing::Overall { Ink::rgb(0xa9b7d6) } else { color };
    let body = [
        (0.0, 64.0),
        (17.0, 60.0),
        (34.0, 63.0),
        (54.0, 69.0),
        (70.0, 84.0),
        (78.0, 112.0),
        (82.0, 180.0),
        (60.0, 260.0),
        (0.0, 270.0),
    ];
    let body = body.map(|(x, y)| (x * wide, y));
    brush.fill(mirrored(&body), cloth);
    for side in [-1.0, 1.0] {
        let sleeve = [(54.0, 90.0), (56.0, 104.0), (55.0, 150.0)].map(|point| on(side, point));
        brush.line(curve(&sleeve), 1.6, fold(cloth));
    }
    match avatar.clothing {
        Clothing::Hoodie => hoodie(color, brush),
        Clothing::Overall => overall(cloth, color, brush),
        Clothing::ShirtScoopNeck => {
            let neckline = [(0.0, 54.0), (20.0, 55.0), (24.0, 62.0), (20.0, 75.0), (0.0, 83.0)];
            brush.fill(mirrored(&neckline), skin.shade(0.06));
            let seam = [(-25.0, 60.0), (-21.0, 74.0), (0.0, 83.5), (21.0, 74.0), (25.0, 60.0)];
            brush.line(curve(&seam), 3.0, fold(color));
            throat(avatar, brush);
        }
        Clothing::ShirtVNeck => {
            brush.fill(polygon(&[(-22.0, 56.0), (22.0, 56.0), (0.0, 94.0)]), skin.shade(0.06));
            for side in [-1.0, 1.0] {
                let collar = [(20.0, 54.0), (31.0, 62.0), (12.0, 86.0), (0.0, 94.0)].map(|point| on(side, point));
                brush.fill(polygon(&collar), fold(color));
            }
            throat(avatar, brush);
        }
    }
}

/// The chin's shadow again, over the neckline.
fn throat(avatar: &Avatar, brush: &mut Brush) {
    let width = if avatar.broad { 21.0 } else { 14.5 };
    let half = [(0.0, 40.0), (width, 44.0), (width, 51.0), (0.0, 59.0)];
    brush.fill(mirrored(&half), head::skin(avatar.skin).shade(0.2));
}

fn hoodie(color: Ink, brush: &mut Brush) {
    for side in [-1.0, 1.0] {
        let hood = [
            (12.0, 48.0),
            (26.0, 46.0),
            (38.0, 56.0),
            (36.0, 72.0),
            (16.0, 86.0),
            (0.0, 90.0),
            (2.0, 80.0),
            (16.0, 66.0),
        ];
        brush.fill(super::brush::blob(&hood.map(|point| on(side, point))), fold(color));
        let string = if matches!(color, Ink(253, ..)) { Ink::rgb(0x7d8794) } else { WHITE };
        brush.line(curve(&[(9.0, 84.0), (10.0, 96.0), (9.0, 108.0)].map(|point| on(side, point))), 3.0, string);
    }
    brush.line(curve(&[(0.0, 90.0), (0.0, 180.0)]), 1.6, fold(color));
}

fn overall(shirt: Ink, color: Ink, brush: &mut Brush) {
    let seam = [(-18.0, 58.0), (-13.0, 66.0), (0.0, 69.0), (13.0, 66.0), (18.0, 58.0)];
    brush.line(curve(&seam), 3.0, fold(shirt));
    let edge = fold(color);
    brush.fill(polygon(&[(-33.0, 82.0), (33.0, 82.0), (39.0, 260.0), (-39.0, 260.0)]), color);
    brush.line(curve(&[(-33.0, 82.0), (33.0, 82.0)]), 2.0, edge);
    for side in [-1.0, 1.0] {
        let strap = [(25.0, 58.0), (36.0, 61.0), (33.0, 92.0), (22.0, 92.0)].map(|point| on(side, point));
        brush.fill(polygon(&strap), color);
        brush.line(polygon(&strap), 1.4, edge);
        brush.disc(on(side, (27.5, 87.0)), 3.6, Ink::rgb(0xf6c945));
        brush.disc(on(side, (27.5, 87.0)), 1.4, Ink::rgb(0x9a7512));
    }
}

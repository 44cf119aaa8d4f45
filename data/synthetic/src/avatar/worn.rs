//! Glasses and hats.

use super::brush::{Brush, Ink, WHITE, blob, curve, mirrored, on, polygon};
use super::{Accessories, Hat, face};

pub(super) fn glasses(accessories: Accessories, brush: &mut Brush) {
    let frame = Ink::rgb(0x2c2f3a);
    match accessories {
        Accessories::Blank => return,
        Accessories::Round => {
            for side in [-1.0, 1.0] {
                brush.fill(face::lens(side), WHITE.alpha(0.18));
                brush.line(face::lens(side), 2.8, frame);
            }
        }
        Accessories::Sunglasses => {
            for side in [-1.0, 1.0] {
                let lens =
                    [(3.5, -9.0), (17.0, -10.5), (31.5, -9.5), (31.0, 4.0), (24.0, 12.5), (13.0, 12.0), (5.0, 4.0)];
                brush.fill(blob(&lens.map(|point| on(side, point))), Ink::rgb(0x1d2029));
                let shine = [(10.0, -5.0), (15.0, -6.5), (8.5, 3.0)];
                brush.fill(polygon(&shine.map(|(x, y)| (side * 17.0 + x - 14.0, y))), WHITE.alpha(0.35));
            }
        }
    }
    brush.line(curve(&[(-4.0, -1.5), (0.0, -3.5), (4.0, -1.5)]), 2.8, frame);
    for side in [-1.0, 1.0] {
        brush.line(curve(&[(29.0, -2.0), (38.0, -3.0)].map(|point| on(side, point))), 2.6, frame);
    }
}

pub(super) fn hat(hat: Hat, brush: &mut Brush) {
    match hat {
        Hat::Blank => {}
        Hat::Beanie => {
            let (wool, fold) = (Ink::rgb(0x2f8f8b), Ink::rgb(0x236d6a));
            brush.disc((0.0, -77.0), 8.0, Ink::rgb(0xf0c24b));
            brush.fill(mirrored(&[(0.0, -77.0), (24.0, -73.0), (42.0, -55.0), (47.0, -30.0), (0.0, -28.0)]), wool);
            brush.fill(
                mirrored(&[(0.0, -43.0), (30.0, -41.0), (48.0, -36.0), (48.0, -24.0), (30.0, -27.0), (0.0, -29.0)]),
                fold,
            );
            for x in [-36.0, -24.0, -12.0, 0.0, 12.0, 24.0, 36.0] {
                brush.line(curve(&[(x, -39.0), (x, -31.0)]), 1.4, wool);
            }
        }
        Hat::Cap => {
            let (cloth, peak) = (Ink::rgb(0xc8372f), Ink::rgb(0x8f231f));
            brush.fill(
                mirrored(&[(0.0, -75.0), (26.0, -71.0), (43.0, -52.0), (47.0, -30.0), (24.0, -32.0), (0.0, -33.0)]),
                cloth,
            );
            brush.line(curve(&[(0.0, -75.0), (0.0, -40.0)]), 1.4, peak);
            brush.disc((0.0, -75.0), 3.0, peak);
            brush.fill(mirrored(&[(0.0, -39.0), (34.0, -36.0), (52.0, -27.0), (34.0, -26.0), (0.0, -24.0)]), peak);
        }
        Hat::Straw => {
            let (straw, band) = (Ink::rgb(0xe6c77c), Ink::rgb(0x3b4d7a));
            brush.fill(
                mirrored(&[(0.0, -45.0), (42.0, -42.0), (72.0, -30.0), (40.0, -27.0), (0.0, -26.0)]),
                straw.shade(0.12),
            );
            brush.fill(mirrored(&[(0.0, -79.0), (22.0, -77.0), (37.0, -68.0), (44.0, -36.0), (0.0, -32.0)]), straw);
            let ribbon = [
                (-41.5, -48.0),
                (-20.0, -44.0),
                (0.0, -43.0),
                (20.0, -44.0),
                (41.5, -48.0),
                (43.5, -38.0),
                (20.0, -34.0),
                (0.0, -33.0),
                (-20.0, -34.0),
                (-43.5, -38.0),
            ];
            brush.fill(polygon(&ribbon), band);
        }
    }
}

//! Skin: neck, ears, the head's outline, cheeks.

use super::brush::{Brush, Ink, Point, blob, mirrored, on};
use super::{Avatar, Skin};

pub(super) fn skin(skin: Skin) -> Ink {
    Ink::rgb(match skin {
        Skin::Pale => 0xffe1cc,
        Skin::Light => 0xf4c7a1,
        Skin::Tanned => 0xdba273,
        Skin::Brown => 0xa96f47,
        Skin::Dark => 0x6f462d,
    })
}

/// The right half of the head's outline, from the top of the skull to the chin.
fn outline(broad: bool) -> Vec<Point> {
    let skull = [(0.0, -48.0), (21.0, -43.0), (34.0, -24.0)];
    let jaw = if broad {
        [(37.5, 2.0), (36.5, 24.0), (30.0, 40.0), (15.0, 50.5), (0.0, 52.0)]
    } else {
        [(36.0, 2.0), (32.5, 22.0), (23.0, 38.0), (10.0, 48.0), (0.0, 50.0)]
    };
    skull.into_iter().chain(jaw).collect()
}

pub(super) fn neck(avatar: &Avatar, brush: &mut Brush) {
    let width = if avatar.broad { 21.0 } else { 14.5 };
    let skin = skin(avatar.skin);
    let half =
        [(0.0, 30.0), (width - 1.0, 32.0), (width, 48.0), (width + 3.0, 66.0), (width + 10.0, 100.0), (0.0, 104.0)];
    brush.fill(mirrored(&half), skin.shade(0.06));
    // The chin's shadow.
    let half = [(0.0, 34.0), (width - 1.0, 36.0), (width, 50.0), (0.0, 59.0)];
    brush.fill(mirrored(&half), skin.shade(0.2));
}

pub(super) fn head(avatar: &Avatar, brush: &mut Brush) {
    let skin = skin(avatar.skin);
    for side in [-1.0, 1.0] {
        brush.ellipse(on(side, (37.0, 6.0)), 6.5, 10.0, skin.shade(0.08));
        brush.ellipse(on(side, (38.0, 6.5)), 3.2, 6.0, skin.shade(0.22));
    }
    brush.fill(mirrored(&outline(avatar.broad)), skin);
    if avatar.broad {
        // A shade along each edge of the jaw, and the dimple of the chin.
        for side in [-1.0, 1.0] {
            let edge = [(37.0, 12.0), (36.0, 25.0), (29.5, 40.0), (16.0, 50.0), (24.0, 40.0), (31.5, 26.0)];
            brush.fill(blob(&edge.map(|point| on(side, point))), skin.shade(0.16));
        }
    }
    if avatar.high_cheekbones {
        for side in [-1.0, 1.0] {
            let hollow = [(33.5, 22.0), (30.0, 30.0), (22.0, 38.0), (25.0, 29.0)];
            brush.fill(blob(&hollow.map(|point| on(side, point))), skin.shade(0.22));
            brush.ellipse(on(side, (24.5, 17.0)), 8.5, 5.2, Ink(226, 72, 78, 0.45));
            brush.ellipse(on(side, (25.5, 13.8)), 4.5, 1.4, Ink(255, 255, 255, 0.3));
        }
    }
}

//! The parts of a face: beard, mouth, nose, eyes, brows.

use super::brush::{Brush, DARK, Ink, WHITE, blob, curve, ellipse, mirrored, on};
use super::{Avatar, Beard, Brows, EyeColor, Eyes, Nose, hair, head};

pub(super) fn draw(avatar: &Avatar, brush: &mut Brush) {
    beard(avatar, brush);
    mouth(avatar, brush);
    nose(avatar, brush);
    for side in [-1.0, 1.0] {
        eye(avatar, side, brush);
        brow(avatar, side, brush);
    }
}

fn beard(avatar: &Avatar, brush: &mut Brush) {
    let color = hair::color(avatar.hair_color).shade(0.15);
    let wide = if avatar.broad { 1.04 } else { 0.94 };
    let full = [
        (0.0, 20.0),
        (11.0, 20.0),
        (20.0, 25.0),
        (30.0, 14.0),
        (36.5, -4.0),
        (37.5, 16.0),
        (34.0, 36.0),
        (20.0, 55.0),
        (0.0, 61.0),
    ];
    let full = full.map(|(x, y)| (x * wide, y));
    let mustache = [(0.0, 21.0), (8.0, 19.5), (17.0, 25.0), (21.0, 31.0), (10.0, 28.0), (0.0, 27.0)];
    let goatee = [(0.0, 37.0), (9.0, 38.5), (13.0, 43.0), (10.0, 54.0), (0.0, 60.0)];
    match avatar.beard {
        Beard::Blank => {}
        Beard::Stubble => brush.fill(mirrored(&full.map(|(x, y)| (x * 0.97, 0.88 * y + 2.0))), DARK.alpha(0.26)),
        Beard::Goatee => brush.fill(mirrored(&goatee), color),
        Beard::Mustache => brush.fill(mirrored(&mustache), color),
        Beard::Full => brush.fill(mirrored(&full), color),
    }
}

/// The mouth: lips around an opening, which is large if the mouth is open.
fn mouth(avatar: &Avatar, brush: &mut Brush) {
    let skin = head::skin(avatar.skin);
    let lips = if avatar.lipstick { Ink::rgb(0xb8102f) } else { skin.toward(Ink::rgb(0xa03c3c), 0.45) };
    let full = if avatar.lipstick { 1.5 } else { 0.6 };
    let (half, lift) = if avatar.smiling { (16.5, 7.5) } else { (11.0, -1.5) };
    let opening = match (avatar.mouth_open, avatar.smiling) {
        (false, _) => 0.0,
        (true, true) => 9.0,
        (true, false) => 10.0,
    };
    let corner = (half, 32.0 - lift);
    let upper = if avatar.smiling { 31.5 } else { 32.0 - opening * 0.35 };
    let lower = upper + opening + if avatar.smiling { 1.0 } else { 0.0 };
    let outer = [
        (0.0, upper - 1.6 - 1.4 * full),
        (4.0, upper - 2.2 - 2.0 * full),
        (half * 0.7, corner.1 * 0.5 + upper * 0.5 - 1.0 - full),
        (corner.0 + 0.6, corner.1),
        (half * 0.62, corner.1 * 0.3 + lower * 0.7 + 1.4 + 1.6 * full),
        (0.0, lower + 2.6 + 2.6 * full),
    ];
    brush.fill(mirrored(&outer), lips);
    if avatar.mouth_open {
        let inner = [
            (0.0, upper),
            (half * 0.55, upper * 0.7 + corner.1 * 0.3),
            (half - 1.0, corner.1 + 0.4),
            (half * 0.6, lower * 0.75 + corner.1 * 0.25),
            (0.0, lower + 0.6),
        ];
        brush.fill(mirrored(&inner), Ink::rgb(0x5a1420));
        let teeth = [
            (0.0, upper + 0.2),
            (half * 0.55, upper * 0.7 + corner.1 * 0.3),
            (half * 0.74, upper * 0.5 + corner.1 * 0.5 + 1.0),
            (half * 0.5, upper + 2.8),
            (0.0, upper + 4.2),
        ];
        brush.fill(mirrored(&teeth), WHITE);
    } else {
        let line = [
            (-half, corner.1),
            (-half * 0.5, upper * 0.7 + corner.1 * 0.3 + 0.4),
            (0.0, upper + 0.4),
            (half * 0.5, upper * 0.7 + corner.1 * 0.3 + 0.4),
            (half, corner.1),
        ];
        brush.line(curve(&line), 1.7, lips.shade(0.55));
    }
    if avatar.smiling {
        for side in [-1.0, 1.0] {
            let dimple = [(half + 1.5, corner.1 - 3.0), (half + 3.0, corner.1), (half + 1.8, corner.1 + 3.0)];
            brush.line(curve(&dimple.map(|point| on(side, point))), 1.4, skin.shade(0.35));
        }
    }
}

fn nose(avatar: &Avatar, brush: &mut Brush) {
    let shade = head::skin(avatar.skin).shade(0.3);
    match avatar.nose {
        Nose::Small => brush.line(curve(&[(-4.5, 14.0), (-2.5, 16.5), (2.5, 16.5), (4.5, 14.0)]), 2.2, shade),
        Nose::Big => {
            brush.ellipse((0.0, 14.0), 9.5, 5.8, head::skin(avatar.skin).shade(0.14));
            brush.line(
                curve(&[(-9.0, 12.5), (-8.0, 17.0), (-4.0, 18.2), (0.0, 19.0), (4.0, 18.2), (8.0, 17.0), (9.0, 12.5)]),
                2.2,
                shade,
            );
        }
        Nose::Pointy => {
            brush.line(curve(&[(-2.5, -3.0), (-4.0, 6.0), (-6.0, 16.0), (0.0, 18.5), (3.0, 17.5)]), 2.2, shade);
        }
    }
}

fn eye(avatar: &Avatar, side: f32, brush: &mut Brush) {
    let iris = Ink::rgb(match avatar.eye_color {
        EyeColor::Brown => 0x6a3d1d,
        EyeColor::Blue => 0x2f7fd0,
        EyeColor::Green => 0x3c9a55,
        EyeColor::Gray => 0x75828c,
    });
    let at = on(side, (16.0, 0.0));
    let grown: f32 = if avatar.lashes { 1.28 } else { 1.0 };
    let (rx, ry): (f32, f32) = match avatar.eyes {
        Eyes::Round => (7.4 * grown, 5.6 * grown),
        Eyes::Narrow => (7.6 * grown, 3.0 * grown),
    };
    let r = ry.min(4.2 * grown) * 0.95;
    brush.ellipse(at, rx, ry, WHITE);
    brush.disc(at, r.max(2.8), iris);
    brush.disc(at, r * 0.5, DARK);
    brush.disc((at.0 + 1.4, at.1 - 1.5), 1.2, WHITE);
    // The upper lid, and lashes to the outer side.
    let lid = [(-rx, 0.5), (-rx * 0.55, -ry * 0.85), (0.0, -ry), (rx * 0.55, -ry * 0.85), (rx, 0.5)];
    let width = if avatar.lashes { 2.6 } else { 1.5 };
    brush.line(curve(&lid.map(|(x, y)| (at.0 + x, at.1 + y))), width, DARK);
    if avatar.lashes {
        for (from, to) in [((0.98, -0.1), (1.5, -0.75)), ((0.75, -0.65), (1.2, -1.5)), ((0.4, -0.95), (0.65, -1.85))] {
            let lash = [from, to].map(|(x, y)| (at.0 + side * x * rx, at.1 + y * ry.max(4.5)));
            brush.line(curve(&lash), 1.8, DARK);
        }
    }
    if avatar.eyes == Eyes::Narrow {
        let under = [(-rx * 0.8, ry + 1.0), (0.0, ry + 2.2), (rx * 0.8, ry + 1.0)];
        brush.line(curve(&under.map(|(x, y)| (at.0 + x, at.1 + y))), 1.2, head::skin(avatar.skin).shade(0.3));
    }
}

fn brow(avatar: &Avatar, side: f32, brush: &mut Brush) {
    let color = hair::color(avatar.hair_color).shade(0.35);
    match avatar.brows {
        Brows::Soft => {
            let line = [(8.0, -13.0), (16.0, -15.0), (25.0, -13.0)];
            brush.line(curve(&line.map(|point| on(side, point))), 2.2, color);
        }
        Brows::Bushy => {
            let shape = [(5.5, -11.5), (6.5, -16.0), (17.0, -18.5), (28.0, -13.0), (17.0, -13.0)];
            brush.fill(blob(&shape.map(|point| on(side, point))), color);
        }
        Brows::Arched => {
            let line = [(7.0, -12.5), (14.0, -17.5), (20.0, -20.0), (28.0, -13.0)];
            brush.line(curve(&line.map(|point| on(side, point))), 2.4, color);
        }
    }
}

/// The rim of a lens, for glasses.
pub(super) fn lens(side: f32) -> Option<tiny_skia::Path> {
    ellipse(on(side, (16.5, 1.0)), 13.0, 12.5)
}

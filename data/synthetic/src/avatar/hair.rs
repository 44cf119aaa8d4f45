//! Hair: what falls behind the shoulders, and what lies on the head.

use super::brush::{Brush, Ink, Point, WHITE, blob, curve, mirrored, on};
use super::{Avatar, HairColor, Hat, Top};

pub(super) fn color(color: HairColor) -> Ink {
    Ink::rgb(match color {
        HairColor::Black => 0x2b2624,
        HairColor::Blonde => 0xf0cc62,
        HairColor::Brown => 0x74452a,
        HairColor::PastelPink => 0xf79bb8,
        HairColor::Red => 0xc5451c,
        HairColor::SilverGray => 0xc3c9d0,
    })
}

/// The hair behind neck and shoulders.
pub(super) fn behind(avatar: &Avatar, brush: &mut Brush) {
    let color = color(avatar.hair_color).shade(0.16);
    match avatar.top {
        Top::LongHairStraight => {
            let half = [
                (0.0, -58.0),
                (28.0, -53.0),
                (44.0, -28.0),
                (48.0, 10.0),
                (51.0, 50.0),
                (52.0, 88.0),
                (30.0, 96.0),
                (0.0, 96.0),
            ];
            brush.fill(mirrored(&half), color);
        }
        Top::LongHairCurly => {
            brush.fill(mirrored(&[(0.0, -56.0), (36.0, -46.0), (46.0, 0.0), (46.0, 64.0), (0.0, 70.0)]), color);
            for side in [-1.0, 1.0] {
                for (x, y, r) in
                    [(44.0, -14.0, 14.0), (50.0, 8.0, 15.0), (52.0, 31.0, 15.0), (50.0, 54.0, 15.0), (41.0, 70.0, 13.0)]
                {
                    brush.disc(on(side, (x, y)), r, color);
                }
            }
        }
        Top::LongHairBun if avatar.hat == Hat::Blank => {
            let bun = self::color(avatar.hair_color);
            brush.disc((0.0, -62.0), 15.0, bun.shade(0.1));
            brush.line(curve(&[(-9.0, -69.0), (0.0, -64.0), (9.0, -68.0)]), 1.8, bun.shade(0.3));
        }
        _ => {}
    }
}

/// The hair on the head. Under a hat, the brim covers what is high.
pub(super) fn in_front(avatar: &Avatar, brush: &mut Brush) {
    let color = color(avatar.hair_color);
    match avatar.top {
        Top::NoHair => brush.ellipse((-14.0, -35.0), 9.0, 4.0, WHITE.alpha(0.3)),
        Top::LongHairBun => {
            brush.fill(
                mirrored(&[
                    (0.0, -55.0),
                    (24.0, -51.0),
                    (39.0, -32.0),
                    (41.5, -4.0),
                    (36.0, -4.0),
                    (31.0, -22.0),
                    (17.0, -34.0),
                    (0.0, -37.0),
                ]),
                color,
            );
            for x in [-20.0, -7.0, 7.0, 20.0] {
                brush.line(curve(&[(x * 1.3, -33.0), (x, -44.0), (x * 0.4, -54.0)]), 1.4, color.shade(0.22));
            }
        }
        Top::LongHairCurly => curls(color, brush),
        Top::LongHairStraight => straight(color, brush),
        Top::ShortHairShortWaved => waved(color, brush),
        Top::ShortHairShortFlat => {
            brush.fill(
                mirrored(&[
                    (0.0, -56.0),
                    (22.0, -53.0),
                    (37.0, -37.0),
                    (41.0, -14.0),
                    (39.0, 4.0),
                    (35.5, 0.0),
                    (34.0, -15.0),
                    (27.0, -27.0),
                    (13.0, -30.0),
                    (0.0, -30.0),
                ]),
                color,
            );
            brush.line(curve(&[(-22.0, -42.0), (-4.0, -47.0), (16.0, -46.0)]), 1.8, color.toward(WHITE, 0.25));
        }
        Top::ShortHairFrizzle => frizzle(color, brush),
    }
}

fn straight(color: Ink, brush: &mut Brush) {
    for side in [-1.0, 1.0] {
        let sheet: [Point; 12] = [
            (0.0, -57.0),
            (22.0, -53.0),
            (40.0, -34.0),
            (46.0, -4.0),
            (49.0, 40.0),
            (50.0, 84.0),
            (38.0, 88.0),
            (35.0, 50.0),
            (36.0, 14.0),
            (33.0, -12.0),
            (18.0, -32.0),
            (-1.0, -44.0),
        ];
        brush.fill(blob(&sheet.map(|point| on(side, point))), color);
        let strand = [(8.0, -48.0), (30.0, -32.0), (40.0, 0.0), (43.0, 50.0)];
        brush.line(curve(&strand.map(|point| on(side, point))), 1.5, color.shade(0.22));
    }
}

fn curls(color: Ink, brush: &mut Brush) {
    for side in [-1.0, 1.0] {
        for (x, y, r) in [
            (9.0, -47.0, 13.0),
            (25.0, -41.0, 13.0),
            (37.0, -26.0, 12.0),
            (43.0, -7.0, 11.0),
            (46.0, 14.0, 10.5),
            (47.0, 36.0, 10.5),
            (45.0, 56.0, 10.0),
        ] {
            brush.disc(on(side, (x, y)), r, color);
        }
        for (x, y) in [(10.0, -48.0), (26.0, -42.0), (39.0, -25.0), (46.0, -4.0), (48.0, 18.0), (48.0, 41.0)] {
            let curl = [(x - 5.0, y + 2.0), (x - 1.0, y - 4.5), (x + 5.0, y - 1.0), (x + 2.0, y + 4.0)];
            brush.line(curve(&curl.map(|point| on(side, point))), 1.5, color.shade(0.25));
        }
    }
}

fn waved(color: Ink, brush: &mut Brush) {
    let shape = [
        (-40.0, 2.0),
        (-42.0, -20.0),
        (-38.0, -42.0),
        (-22.0, -58.0),
        (-2.0, -60.0),
        (14.0, -66.0),
        (32.0, -60.0),
        (42.0, -42.0),
        (41.0, -18.0),
        (39.0, 2.0),
        (35.0, -2.0),
        (33.0, -22.0),
        (20.0, -30.0),
        (6.0, -38.0),
        (-12.0, -32.0),
        (-26.0, -36.0),
        (-33.0, -22.0),
        (-36.0, -2.0),
    ];
    brush.fill(blob(&shape), color);
    for (dx, dy) in [(0.0, 0.0), (4.0, 8.0)] {
        let wave = [(-28.0, -46.0), (-12.0, -48.0), (2.0, -44.0), (16.0, -54.0), (30.0, -50.0)];
        brush.line(curve(&wave.map(|(x, y)| (x + dx, y + dy))), 1.6, color.shade(0.25));
    }
}

fn frizzle(color: Ink, brush: &mut Brush) {
    brush.fill(
        mirrored(&[
            (0.0, -58.0),
            (26.0, -52.0),
            (38.0, -34.0),
            (39.5, -8.0),
            (36.0, -4.0),
            (34.0, -22.0),
            (24.0, -33.0),
            (0.0, -34.0),
        ]),
        color,
    );
    let rows: [(f32, f32, i32); 3] = [(-42.0, 9.5, 4), (-54.0, 9.5, 3), (-64.0, 8.5, 2)];
    for (y, step, n) in rows {
        for i in -n..=n {
            let x = i as f32 * step;
            brush.disc((x, y + 0.006 * x * x), 7.0, color);
        }
    }
    for (y, step, n) in rows {
        for i in -n..n {
            let (x, y) = ((i as f32 + 0.5) * step, y + 1.0);
            let curl = [(x - 2.5, y + 1.5), (x, y - 2.5), (x + 2.5, y + 1.5)];
            brush.line(curve(&curl), 1.3, color.toward(WHITE, 0.12).shade(0.2));
        }
    }
}

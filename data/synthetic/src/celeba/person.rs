//! A random person: every attribute is an independent choice.

use crate::avatar::{
    Accessories, Avatar, Background, Beard, Brows, Clothing, ClothingColor, EyeColor, Eyes, HairColor, Hat, Light,
    Nose, Pose, Skin, Top,
};
use crate::dice::Dice;

/// The avatar of the image with this number. It depends only on the seed and the number.
pub fn person(seed: u64, number: u64) -> Avatar {
    let mut dice = Dice::new(seed, 0, number);
    Avatar {
        top: dice.pick(&[
            (Top::NoHair, 0.06),
            (Top::LongHairBun, 0.12),
            (Top::LongHairCurly, 0.15),
            (Top::LongHairStraight, 0.25),
            (Top::ShortHairShortWaved, 0.15),
            (Top::ShortHairShortFlat, 0.15),
            (Top::ShortHairFrizzle, 0.12),
        ]),
        hair_color: dice.pick(&[
            (HairColor::Black, 0.24),
            (HairColor::Blonde, 0.26),
            (HairColor::Brown, 0.22),
            (HairColor::PastelPink, 0.06),
            (HairColor::Red, 0.12),
            (HairColor::SilverGray, 0.1),
        ]),
        accessories: dice.pick(&[
            (Accessories::Blank, 0.65),
            (Accessories::Round, 0.23),
            (Accessories::Sunglasses, 0.12),
        ]),
        clothing: dice.any(Clothing::ALL),
        clothing_color: dice.any(ClothingColor::ALL),
        skin: dice.any(Skin::ALL),
        eyes: dice.pick(&[(Eyes::Round, 0.8), (Eyes::Narrow, 0.2)]),
        eye_color: dice.any(EyeColor::ALL),
        lashes: dice.chance(0.5),
        brows: dice.any(Brows::ALL),
        nose: dice.any(Nose::ALL),
        smiling: dice.chance(0.5),
        mouth_open: dice.chance(0.5),
        lipstick: dice.chance(0.45),
        high_cheekbones: dice.chance(0.45),
        broad: dice.chance(0.42),
        beard: dice.pick(&[
            (Beard::Blank, 0.7),
            (Beard::Stubble, 0.1),
            (Beard::Goatee, 0.06),
            (Beard::Mustache, 0.06),
            (Beard::Full, 0.08),
        ]),
        hat: dice.pick(&[(Hat::Blank, 0.85), (Hat::Beanie, 0.05), (Hat::Cap, 0.05), (Hat::Straw, 0.05)]),
        background: dice.pick(&[
            (Background::Plain, 0.3),
            (Background::Disc, 0.1),
            (Background::Sky, 0.18),
            (Background::Leaf, 0.12),
            (Background::Sand, 0.12),
            (Background::Rose, 0.12),
            (Background::Night, 0.06),
        ]),
        // Heads as large as in CelebA, where eyes and mouths are aligned.
        pose: Pose {
            dx: dice.normal(1.6),
            dy: 6.0 + dice.normal(1.6),
            scale: 1.27 + dice.normal(0.025),
            tilt: dice.normal(0.02),
        },
        light: Light { strength: dice.between(0.88, 1.04), from_right: dice.normal(0.04) },
    }
}

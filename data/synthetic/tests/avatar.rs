//! Avatars: every attribute is visible, in chapter 1's small images and in portraits.

use synthetic::avatar::*;

/// Both images' mean difference in the value of a pixel, 0 to 255.
fn difference(a: &Avatar, b: &Avatar, (width, height): (u32, u32)) -> f64 {
    let (a, b) = (draw(a, width, height).rgb, draw(b, width, height).rgb);
    a.iter().zip(&b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

fn all_differ(what: &str, avatars: &[Avatar]) {
    for (i, a) in avatars.iter().enumerate() {
        for (j, b) in avatars.iter().enumerate().skip(i + 1) {
            for size in [(64, 64), (128, 128), PORTRAIT] {
                let seen = difference(a, b, size);
                assert!(seen > 0.04, "{what} {i} and {j} look alike at {size:?}: {seen}");
            }
        }
    }
}

#[test]
fn every_value_of_every_attribute_looks_different() {
    let base = Avatar::default();
    macro_rules! vary {
        ($feature:ident: $name:ident) => {
            let each = $name::ALL.iter().map(|&$feature| Avatar { $feature, ..base.clone() });
            all_differ(stringify!($feature), &each.collect::<Vec<_>>());
        };
        ($feature:ident) => {
            let each = [false, true].map(|$feature| Avatar { $feature, ..base.clone() });
            all_differ(stringify!($feature), &each);
        };
    }
    vary!(top: Top);
    vary!(hair_color: HairColor);
    vary!(accessories: Accessories);
    vary!(clothing: Clothing);
    vary!(skin: Skin);
    vary!(eyes: Eyes);
    vary!(eye_color: EyeColor);
    vary!(brows: Brows);
    vary!(nose: Nose);
    vary!(beard: Beard);
    vary!(hat: Hat);
    vary!(background: Background);
    vary!(lashes);
    vary!(smiling);
    vary!(mouth_open);
    vary!(lipstick);
    vary!(high_cheekbones);
    vary!(broad);
    // Colours of each kind of clothes, and light and place.
    for &clothing in Clothing::ALL {
        let each = ClothingColor::ALL.iter().map(|&clothing_color| Avatar { clothing, clothing_color, ..base.clone() });
        all_differ("clothing_color", &each.collect::<Vec<_>>());
    }
    let light = |strength, from_right| Avatar { light: Light { strength, from_right }, ..base.clone() };
    all_differ("light", &[light(1.0, 0.0), light(0.8, 0.0), light(1.0, 0.2), light(1.0, -0.2)]);
    let pose = |dx, dy, scale, tilt| Avatar { pose: Pose { dx, dy, scale, tilt }, ..base.clone() };
    let poses = [
        pose(0.0, 0.0, 1.0, 0.0),
        pose(5.0, 0.0, 1.0, 0.0),
        pose(0.0, 5.0, 1.0, 0.0),
        pose(0.0, 0.0, 1.1, 0.0),
        pose(0.0, 0.0, 1.0, 0.1),
    ];
    all_differ("pose", &poses);
}

#[test]
fn values_have_the_books_names() {
    let names: Vec<String> = Top::ALL.iter().map(ToString::to_string).collect();
    let book =
        "NoHair LongHairBun LongHairCurly LongHairStraight ShortHairShortWaved ShortHairShortFlat ShortHairFrizzle";
    assert_eq!(names.join(" "), book);
    let names: Vec<String> = ClothingColor::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(names.join(" "), "Black Blue01 Gray01 PastelGreen PastelOrange Pink Red White");
    assert_eq!("SilverGray".parse::<HairColor>().unwrap(), HairColor::SilverGray);
    let error = "Grey".parse::<HairColor>().unwrap_err().to_string();
    assert!(error.contains("`Grey` is no HairColor") && error.contains("PastelPink"), "{error}");
    assert_eq!(format!("{:>8}", Accessories::Round), "   Round");
}

#[test]
fn images_are_repeatable_and_of_the_size_asked_for() {
    let avatar = Avatar { hat: Hat::Cap, ..Avatar::default() };
    for (width, height) in [(1, 1), (64, 64), PORTRAIT, (300, 40)] {
        let image = draw(&avatar, width, height);
        assert_eq!((image.width, image.height), (width, height));
        assert_eq!(image.rgb.len(), (width * height * 3) as usize);
        assert_eq!(image, draw(&avatar, width, height));
    }
}

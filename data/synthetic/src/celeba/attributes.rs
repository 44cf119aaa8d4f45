//! CelebA's 40 attributes of an avatar.

use crate::avatar::{Accessories, Avatar, Beard, Brows, Eyes, HairColor, Hat, Nose, Skin, Top};

/// Their names, in the order of CelebA's table.
#[rustfmt::skip]
pub const ATTRIBUTES: [&str; 40] = [
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips", "Big_Nose",
    "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses",
    "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes",
    "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks", "Sideburns", "Smiling",
    "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick", "Wearing_Necklace",
    "Wearing_Necktie", "Young",
];

/// Which of the 40 attributes an avatar has, in their order.
///
/// Most of them say what is drawn. These need an explanation:
/// * `Attractive` marks large eyes with long lashes: a visible feature, not a judgement as in CelebA.
/// * `Male` marks a broad, angular jaw with a thick neck and wide shoulders, independent of hair, beard and lipstick.
/// * `High_Cheekbones` marks rosy cheeks with hollows below; `Rosy_Cheeks` is the same.
/// * `Young` marks hair that is not silver.
///
/// No avatar has bags under the eyes, bangs, blur, chubbiness, a double chin, a receding hairline, earrings, a necklace or
/// a necktie.
pub fn attributes(avatar: &Avatar) -> [bool; 40] {
    ATTRIBUTES.map(|name| has(avatar, name))
}

fn has(avatar: &Avatar, name: &str) -> bool {
    let hair = |color| avatar.hair_color == color && avatar.top != Top::NoHair;
    match name {
        "5_o_Clock_Shadow" => avatar.beard == Beard::Stubble,
        "Arched_Eyebrows" => avatar.brows == Brows::Arched,
        "Attractive" => avatar.lashes,
        "Bald" => avatar.top == Top::NoHair,
        "Big_Lips" | "Wearing_Lipstick" => avatar.lipstick,
        "Big_Nose" => avatar.nose == Nose::Big,
        "Black_Hair" => hair(HairColor::Black),
        "Blond_Hair" => hair(HairColor::Blonde),
        "Brown_Hair" => hair(HairColor::Brown),
        "Bushy_Eyebrows" => avatar.brows == Brows::Bushy,
        "Eyeglasses" => avatar.accessories != Accessories::Blank,
        "Goatee" => matches!(avatar.beard, Beard::Goatee | Beard::Full),
        "Gray_Hair" => hair(HairColor::SilverGray),
        "Heavy_Makeup" => avatar.lipstick && avatar.lashes,
        "High_Cheekbones" | "Rosy_Cheeks" => avatar.high_cheekbones,
        "Male" => avatar.broad,
        "Mouth_Slightly_Open" => avatar.mouth_open,
        "Mustache" => matches!(avatar.beard, Beard::Mustache | Beard::Full),
        "Narrow_Eyes" => avatar.eyes == Eyes::Narrow,
        "No_Beard" => avatar.beard == Beard::Blank,
        "Oval_Face" => !avatar.broad,
        "Pale_Skin" => avatar.skin == Skin::Pale,
        "Pointy_Nose" => avatar.nose == Nose::Pointy,
        "Sideburns" => avatar.beard == Beard::Full,
        "Smiling" => avatar.smiling,
        "Straight_Hair" => matches!(avatar.top, Top::LongHairBun | Top::LongHairStraight | Top::ShortHairShortFlat),
        "Wavy_Hair" => matches!(avatar.top, Top::LongHairCurly | Top::ShortHairShortWaved | Top::ShortHairFrizzle),
        "Wearing_Hat" => avatar.hat != Hat::Blank,
        "Young" => !hair(HairColor::SilverGray),
        _ => false,
    }
}

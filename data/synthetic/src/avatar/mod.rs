//! Avatars: cartoon busts of the people of planet Wrodl (chapter 1), and the faces of the synthetic data for CelebA
//! (chapters 3 and 4).
//!
//! An [`Avatar`] is a list of independent attributes; [`draw`] turns it into an image of any size. The drawings are this
//! project's own: smooth, anti-aliased shapes in a few flat colours. The bust fills the frame as in CelebA's aligned
//! photographs.
//!
//! ```
//! use synthetic::avatar::{self, Avatar, HairColor, Top};
//!
//! let avatar = Avatar { top: Top::LongHairStraight, hair_color: HairColor::Red, ..Avatar::default() };
//! let image = avatar::draw(&avatar, 128, 128);
//! assert_eq!(image.rgb.len(), 128 * 128 * 3);
//! ```

mod brush;
mod clothes;
mod face;
mod features;
mod hair;
mod head;
mod worn;

pub use features::{
    Accessories, Background, Beard, Brows, Clothing, ClothingColor, EyeColor, Eyes, HairColor, Hat, Nose, Skin, Top,
};

pub use crate::format::jpeg::Image;

use brush::{Brush, Ink, fade};
use tiny_skia::{Color, Paint, Pixmap, Rect, Transform};

/// The attributes of an avatar. [`Avatar::default`] is plain in every respect: change what matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Avatar {
    /// The hair.
    pub top: Top,
    /// The colour of hair, brows and beard.
    pub hair_color: HairColor,
    /// Glasses.
    pub accessories: Accessories,
    /// The clothes.
    pub clothing: Clothing,
    /// Their colour.
    pub clothing_color: ClothingColor,
    /// The colour of the skin.
    pub skin: Skin,
    /// How far the eyes are open.
    pub eyes: Eyes,
    /// The colour of the eyes.
    pub eye_color: EyeColor,
    /// Whether the eyes are larger, with long lashes.
    pub lashes: bool,
    /// The brows.
    pub brows: Brows,
    /// The nose.
    pub nose: Nose,
    /// Whether the corners of the mouth are turned up.
    pub smiling: bool,
    /// Whether the mouth is open and shows the teeth.
    pub mouth_open: bool,
    /// Whether the lips are full and dark red.
    pub lipstick: bool,
    /// Whether the cheeks are rosy, with hollows below.
    pub high_cheekbones: bool,
    /// Whether the jaw is broad and angular, the neck thick, the shoulders wide.
    pub broad: bool,
    /// The beard.
    pub beard: Beard,
    /// The hat.
    pub hat: Hat,
    /// The background.
    pub background: Background,
    /// The place of the head.
    pub pose: Pose,
    /// The light.
    pub light: Light,
}

impl Default for Avatar {
    fn default() -> Avatar {
        Avatar {
            top: Top::ShortHairShortFlat,
            hair_color: HairColor::Brown,
            accessories: Accessories::Blank,
            clothing: Clothing::ShirtScoopNeck,
            clothing_color: ClothingColor::White,
            skin: Skin::Light,
            eyes: Eyes::Round,
            eye_color: EyeColor::Brown,
            lashes: false,
            brows: Brows::Soft,
            nose: Nose::Small,
            smiling: true,
            mouth_open: false,
            lipstick: false,
            high_cheekbones: false,
            broad: false,
            beard: Beard::Blank,
            hat: Hat::Blank,
            background: Background::Plain,
            pose: Pose::default(),
            light: Light::default(),
        }
    }
}

/// The place of the head. The default is the middle, upright, at the usual size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Shift to the right, in 1/178 of the image's width.
    pub dx: f32,
    /// Shift downwards, in the same unit.
    pub dy: f32,
    /// Size relative to the usual one; from 0.8 to 1.25, everything stays in the image.
    pub scale: f32,
    /// Clockwise rotation in radians.
    pub tilt: f32,
}

impl Default for Pose {
    fn default() -> Pose {
        Pose { dx: 0.0, dy: 0.0, scale: 1.0, tilt: 0.0 }
    }
}

/// The light. The default is full and even.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// Factor of all pixel values.
    pub strength: f32,
    /// How much brighter the right edge is than the middle, as a fraction; negative for the left edge.
    pub from_right: f32,
}

impl Default for Light {
    fn default() -> Light {
        Light { strength: 1.0, from_right: 0.0 }
    }
}

/// Width and height of CelebA's aligned photographs. The bust is designed for these proportions; a square image cuts off
/// some background at the top and some clothing at the bottom.
pub const PORTRAIT: (u32, u32) = (178, 218);

/// Distance of the image's middle from the eyes, downwards.
const MIDDLE: f32 = 9.0;

/// Draws an avatar. The same avatar and size always give the same bytes.
///
/// # Panics
/// A side is 0, or the image does not fit into memory.
pub fn draw(avatar: &Avatar, width: u32, height: u32) -> Image {
    let mut paper = Pixmap::new(width, height).expect("an image has pixels, and fits into memory");
    let (w, h) = (width as f32, height as f32);
    let scale = (w / PORTRAIT.0 as f32).max(h / PORTRAIT.1 as f32);
    let frame = Transform::from_scale(scale, scale).post_translate(w / 2.0, h / 2.0 - MIDDLE * scale);
    wall(avatar.background, &mut paper, frame);

    let Pose { dx, dy, scale, tilt } = avatar.pose;
    let pose = Transform::from_scale(scale, scale)
        .post_concat(Transform::from_rotate(tilt.to_degrees()))
        .post_translate(dx, dy);
    let mut brush = Brush { paper: &mut paper, transform: pose.post_concat(frame) };
    hair::behind(avatar, &mut brush);
    head::neck(avatar, &mut brush);
    clothes::draw(avatar, &mut brush);
    head::head(avatar, &mut brush);
    face::draw(avatar, &mut brush);
    hair::in_front(avatar, &mut brush);
    worn::glasses(avatar.accessories, &mut brush);
    worn::hat(avatar.hat, &mut brush);
    Image { width, height, rgb: lit(&paper, avatar.light) }
}

fn wall(background: Background, paper: &mut Pixmap, frame: Transform) {
    let (top, floor) = match background {
        Background::Plain | Background::Disc => (0xe9edf1, 0xe9edf1),
        Background::Sky => (0x7fb2dd, 0xc4def1),
        Background::Leaf => (0x7fb58a, 0xc3e0bd),
        Background::Sand => (0xe3bf7d, 0xf3e2bd),
        Background::Rose => (0xd99aa6, 0xf2d2d5),
        Background::Night => (0x37415a, 0x69748f),
    };
    let (width, height) = (paper.width() as f32, paper.height() as f32);
    let shader = fade((0.0, 0.0), (0.0, height), Ink::rgb(top), Ink::rgb(floor));
    paper.fill(Color::WHITE);
    if let (Some(shader), Some(all)) = (shader, Rect::from_xywh(0.0, 0.0, width, height)) {
        let paint = Paint { shader, ..Paint::default() };
        paper.fill_rect(all, &paint, Transform::identity(), None);
    }
    if background == Background::Disc {
        Brush { paper, transform: frame }.disc((0.0, MIDDLE), 84.0, Ink::rgb(0xc5d3de));
    }
}

fn lit(paper: &Pixmap, light: Light) -> Vec<u8> {
    let width = paper.width() as usize;
    let gain: Vec<f32> = (0..width)
        .map(|x| light.strength * (1.0 + light.from_right * (2.0 * (x as f32 + 0.5) / width as f32 - 1.0)))
        .collect();
    let value = |byte: u8, gain: f32| (f32::from(byte) * gain).round().clamp(0.0, 255.0) as u8;
    let pixels = paper.pixels().iter().enumerate();
    // The background fills the image: no pixel is transparent.
    pixels
        .flat_map(|(i, p)| {
            let gain = gain[i % width];
            [value(p.red(), gain), value(p.green(), gain), value(p.blue(), gain)]
        })
        .collect()
}

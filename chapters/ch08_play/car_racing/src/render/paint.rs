/// The colors of the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Paint {
    Black,
    White,
    Red,
    /// The ground.
    Grass,
    /// Squares on the ground, by which speed can be seen on the grass.
    LightGrass,
    /// Tile numbers divisible by three, and all that have been touched.
    Road,
    /// Tile numbers of remainder 1.
    SecondRoad,
    /// Tile numbers of remainder 2.
    ThirdRoad,
    Hull,
    /// The mark on a wheel that shows how it rolls.
    WheelMark,
    /// The speed of a front wheel.
    FrontWheel,
    /// The speed of a rear wheel.
    RearWheel,
    /// The angle of the steered wheels.
    Steering,
}

impl Paint {
    /// All, in the order of their numbers.
    pub const ALL: [Paint; 13] = [
        Paint::Black,
        Paint::White,
        Paint::Red,
        Paint::Grass,
        Paint::LightGrass,
        Paint::Road,
        Paint::SecondRoad,
        Paint::ThirdRoad,
        Paint::Hull,
        Paint::WheelMark,
        Paint::FrontWheel,
        Paint::RearWheel,
        Paint::Steering,
    ];

    /// The color of an untouched tile.
    pub fn of_tile(tile: usize) -> Paint {
        [Paint::Road, Paint::SecondRoad, Paint::ThirdRoad][tile % 3]
    }

    /// Red, green and blue.
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Paint::Black => [0, 0, 0],
            Paint::White => [255, 255, 255],
            Paint::Red => [255, 0, 0],
            Paint::Grass => [102, 204, 102],
            Paint::LightGrass => [102, 230, 102],
            Paint::Road => [102, 102, 102],
            // 102 + 0.01 * 255 and 102 + 0.02 * 255, which Gymnasium truncates.
            Paint::SecondRoad => [104, 104, 104],
            Paint::ThirdRoad => [107, 107, 107],
            Paint::Hull => [204, 0, 0],
            Paint::WheelMark => [77, 77, 77],
            Paint::FrontWheel => [0, 0, 255],
            Paint::RearWheel => [51, 0, 255],
            Paint::Steering => [0, 255, 0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places() {
        for (i, paint) in Paint::ALL.into_iter().enumerate() {
            assert_eq!(paint as usize, i);
        }
    }
}

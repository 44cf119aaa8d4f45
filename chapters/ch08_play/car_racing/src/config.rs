use anyhow::{Result, ensure};

/// Which CarRacing this is.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Height and width of the observed image.
    pub image_size: usize,
    /// Width and height of the window whose content the image shows. All sizes on the screen are in its pixels.
    pub window: [f64; 2],
    /// The car may be at most so far from the origin along either axis. Grass ends there, too.
    pub playfield: f64,
    /// When a lap is finished.
    pub lap: LapRule,
    /// Episodes are truncated after so many steps. None lets them go on.
    pub max_episode_steps: Option<u32>,
    /// How the image follows the car.
    pub camera: Camera,
    /// Whether colors are darkened by up to 2 of 255, as the `smoothscale` of pygame does by truncation. An image that is
    /// drawn without it differs from Gymnasium's in every pixel.
    pub darken: bool,
    /// Where the score stands in the window.
    pub score: Score,
}

/// When an episode ends because the lap is finished. All tiles visited always finishes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LapRule {
    /// As Gymnasium 1.4.0 does it: tile 0 must be visited for the first time when more than this part of the tiles has been
    /// visited. The car starts on tile 0, so this never happens.
    AsGymnasium {
        /// `lap_complete_percent`, a part of 1.
        complete: f64,
    },
    /// As Gymnasium documents it: a wheel must come onto tile 0 when more than this part of the tiles has been visited.
    AsDocumented {
        /// `lap_complete_percent`, a part of 1.
        complete: f64,
    },
    /// Only all tiles.
    AllTiles,
}

/// How the image follows the car.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Camera {
    /// Whether an episode begins with the whole track and zooms in for a second.
    pub zooms_in: bool,
    /// Whether a moving car drives upwards on the image. Otherwise its hull points upwards.
    pub follows_velocity: bool,
}

/// Where the score stands in the window, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The horizontal center.
    pub center: f64,
    /// The vertical center of the line, from below.
    pub above_bottom: f64,
    /// The size of the font.
    pub font_size: f64,
}

impl Config {
    /// Gymnasium 1.4.0's CarRacing-v3 with its defaults: images of 96 x 96, at most 1,000 steps.
    pub fn gymnasium() -> Config {
        Config {
            image_size: 96,
            window: [1000.0, 800.0],
            playfield: 2000.0 / 6.0,
            lap: LapRule::AsGymnasium { complete: 0.95 },
            max_episode_steps: Some(1000),
            camera: Camera { zooms_in: true, follows_velocity: false },
            darken: true,
            score: Score { center: 60.0, above_bottom: 50.0, font_size: 42.0 },
        }
    }

    /// The environment of the book's repository (`custom_envs/car_racing.py`): images of 64 x 64, a larger field, no zoom at
    /// the start, driving direction upwards, and only all tiles finish a lap. OpenGL drew its images with one sample a
    /// pixel; here they are smooth.
    pub fn book() -> Config {
        Config {
            image_size: 64,
            window: [1200.0, 1000.0],
            playfield: 3000.0 / 6.0,
            lap: LapRule::AllTiles,
            max_episode_steps: Some(1000),
            camera: Camera { zooms_in: false, follows_velocity: true },
            darken: false,
            score: Score { center: 73.0, above_bottom: 62.5, font_size: 48.0 },
        }
    }

    /// The number of bytes of an image: height x width x RGB.
    pub fn image_len(&self) -> usize {
        3 * self.image_size * self.image_size
    }

    /// Checks the numbers.
    pub(crate) fn check(&self) -> Result<()> {
        let size = self.image_size;
        ensure!((8..=1024).contains(&size), "image_size must be between 8 and 1024, not {size}");
        let positive = |number: f64| number.is_finite() && number > 0.0;
        let [width, height] = self.window;
        ensure!(
            positive(width) && positive(height),
            "window must be positive in both directions, not {width} x {height}"
        );
        ensure!(positive(self.playfield), "playfield must be positive, not {}", self.playfield);
        if let LapRule::AsGymnasium { complete } | LapRule::AsDocumented { complete } = self.lap {
            ensure!(
                (0.0..=1.0).contains(&complete),
                "the part of a complete lap must be between 0 and 1, not {complete}"
            );
        }
        ensure!(self.max_episode_steps != Some(0), "max_episode_steps must be at least 1");
        Ok(())
    }
}

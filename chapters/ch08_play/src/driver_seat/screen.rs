//! The terminal as a screen for images.

use super::half_blocks::half_blocks;
use anyhow::{Context, Result, bail, ensure};
use car_racing::CarRacing;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{
    self, Event, KeyEvent, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{execute, queue};
use std::io::{IsTerminal, Write, stdin, stdout};
use std::time::Instant;

/// The smallest terminal, in letters.
const LEAST_COLUMNS: u16 = 40;
const LEAST_ROWS: u16 = 16;
/// The widest image, in letters: a larger one takes too long to send.
const MOST_COLUMNS: u16 = 160;

/// The terminal while it shows images. When it is dropped, the terminal is as before.
#[derive(Debug)]
pub struct Screen {
    /// Whether the terminal was asked to tell when keys are released.
    asks_releases: bool,
    /// The size for which the screen was cleared, columns and rows.
    cleared: Option<(u16, u16)>,
}

impl Screen {
    /// Takes over the terminal.
    ///
    /// # Errors
    /// Standard input or output is no terminal, or it is smaller than 40 x 16 letters.
    pub fn open() -> Result<Screen> {
        if !(stdin().is_terminal() && stdout().is_terminal()) {
            bail!("there is no terminal to show the car in: run the command in one, and do not redirect its output");
        }
        room(size()?)?;
        terminal::enable_raw_mode().context("cannot read keys from the terminal")?;
        let mut screen = Screen { asks_releases: false, cleared: None };
        execute!(stdout(), EnterAlternateScreen, Hide).context("cannot draw in the terminal")?;
        if terminal::supports_keyboard_enhancement().unwrap_or(false) {
            let flags = KeyboardEnhancementFlags::REPORT_EVENT_TYPES
                | KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                | KeyboardEnhancementFlags::REPORT_ALL_KEYS_AS_ESCAPE_CODES;
            execute!(stdout(), PushKeyboardEnhancementFlags(flags)).context("cannot draw in the terminal")?;
            screen.asks_releases = true;
        }
        Ok(screen)
    }

    /// Shows an environment as large as the terminal allows, and a line of text below it.
    ///
    /// # Errors
    /// The environment has no episode, the terminal has become too small, or cannot be written to.
    pub fn show(&mut self, env: &CarRacing, status: &str) -> Result<()> {
        let terminal = size()?;
        let [width, height] = image_size(room(terminal)?, env.config().window);
        let image = half_blocks(&env.render(width, height)?, width);
        let status: String = status.chars().take(usize::from(terminal.0)).collect();
        let mut out = stdout().lock();
        let failed = "cannot draw in the terminal";
        queue!(out, BeginSynchronizedUpdate, MoveTo(0, 0)).context(failed)?;
        if self.cleared.replace(terminal) != Some(terminal) {
            queue!(out, Clear(ClearType::All)).context(failed)?;
        }
        let below = MoveTo(0, (height / 2) as u16);
        queue!(out, Print(image), below, Print(status), Clear(ClearType::UntilNewLine)).context(failed)?;
        queue!(out, EndSynchronizedUpdate).context(failed)?;
        out.flush().context(failed)
    }

    /// The keys that are pressed or released until a moment.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn keys_until(&self, moment: Instant) -> Result<Vec<KeyEvent>> {
        let failed = "cannot read keys from the terminal";
        let mut keys = vec![];
        while event::poll(moment.saturating_duration_since(Instant::now())).context(failed)? {
            if let Event::Key(key) = event::read().context(failed)? {
                keys.push(key);
            }
        }
        Ok(keys)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // What cannot be set back stays; there is nobody to tell.
        if self.asks_releases {
            let _ = execute!(stdout(), PopKeyboardEnhancementFlags);
        }
        let _ = execute!(stdout(), Show, LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

/// Columns and rows of the terminal.
fn size() -> Result<(u16, u16)> {
    terminal::size().context("cannot find out the size of the terminal")
}

/// Columns and rows for an image; the last row is for text.
fn room((columns, rows): (u16, u16)) -> Result<(u16, u16)> {
    ensure!(
        columns >= LEAST_COLUMNS && rows >= LEAST_ROWS,
        "a terminal of {columns} x {rows} letters is too small: {LEAST_COLUMNS} x {LEAST_ROWS} are needed"
    );
    Ok((columns.min(MOST_COLUMNS), rows - 1))
}

/// Width and height in pixels of an image with the window's proportions. A letter is one pixel wide and two high.
fn image_size((columns, rows): (u16, u16), [width, height]: [f64; 2]) -> [usize; 2] {
    let (columns, rows) = (f64::from(columns), f64::from(rows));
    let scale = (columns / width).min(2.0 * rows / height);
    let letters = (scale * height / 2.0).round().clamp(1.0, rows);
    [(scale * width).round().clamp(1.0, columns) as usize, 2 * letters as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_fit_the_terminal_and_keep_the_windows_proportions() {
        for (terminal, window, expected) in [
            ((80, 24), [1000.0, 800.0], [58, 46]),
            ((200, 100), [1000.0, 800.0], [160, 128]),
            ((40, 60), [1200.0, 1000.0], [40, 34]),
        ] {
            assert_eq!(image_size(room(terminal).unwrap(), window), expected, "{terminal:?}");
        }
        let error = room((39, 24)).unwrap_err().to_string();
        assert!(error.contains("39 x 24") && error.contains("40 x 16"), "{error}");
        assert!(room((40, 15)).is_err());
    }
}

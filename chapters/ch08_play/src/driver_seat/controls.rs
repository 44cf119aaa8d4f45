//! From keys to actions.

use crate::models::rollouts::Action;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Frames that a key holds where the terminal does not tell when it is released: longer than the time between two repeats,
/// but not than the delay before the first one.
const HOLD: u32 = 8;
/// The same for the gas. A terminal repeats only the last key, and a car that is steered needs gas, too.
const HOLD_GAS: u32 = 30;
/// How hard the brake is pressed: at 0.9 and more the wheels lock.
const BRAKE: f32 = 0.8;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Steer to the left.
    Left,
    /// Steer to the right.
    Right,
    /// Full gas.
    Gas,
    /// Brake.
    Brake,
    /// End the drive.
    Quit,
}

impl Control {
    /// Arrows or WASD drive, space brakes, q, Escape and Ctrl-C quit; other keys do nothing.
    pub fn from_key(key: &KeyEvent) -> Option<Control> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return (key.code == KeyCode::Char('c')).then_some(Control::Quit);
        }
        match key.code {
            KeyCode::Left => Some(Control::Left),
            KeyCode::Right => Some(Control::Right),
            KeyCode::Up => Some(Control::Gas),
            KeyCode::Down => Some(Control::Brake),
            KeyCode::Esc => Some(Control::Quit),
            KeyCode::Char(letter) => match letter.to_ascii_lowercase() {
                'a' => Some(Control::Left),
                'd' => Some(Control::Right),
                'w' => Some(Control::Gas),
                's' | ' ' => Some(Control::Brake),
                'q' => Some(Control::Quit),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The keys that are held, and the action that they mean.
#[derive(Debug, Clone, Default)]
pub struct Controls {
    /// Frames for which each is held: left, right, gas, brake.
    held: [u32; 4],
    /// Whether the terminal tells when keys are released; known with the first one.
    tells_release: bool,
    quits: bool,
}

impl Controls {
    /// Takes note of a key.
    pub fn key(&mut self, key: &KeyEvent) {
        let Some(control) = Control::from_key(key) else { return };
        let (place, opposite, hold) = match control {
            Control::Left => (0, 1, HOLD),
            Control::Right => (1, 0, HOLD),
            Control::Gas => (2, 3, HOLD_GAS),
            Control::Brake => (3, 2, HOLD),
            Control::Quit => {
                self.quits = true;
                return;
            }
        };
        if key.kind == KeyEventKind::Release {
            self.tells_release = true;
            self.held[place] = 0;
        } else {
            self.held[place] = if self.tells_release { u32::MAX } else { hold };
            self.held[opposite] = 0;
        }
    }

    /// Whether the drive is to end.
    pub fn quits(&self) -> bool {
        self.quits
    }

    /// The action of the next frame.
    pub fn next_action(&mut self) -> Action {
        let [left, right, gas, brake] = self.held.map(|frames| frames > 0);
        let is = |held: bool| f32::from(u8::from(held));
        for frames in &mut self.held {
            *frames = match *frames {
                u32::MAX => u32::MAX,
                frames => frames.saturating_sub(1),
            };
        }
        [is(right) - is(left), is(gas), BRAKE * is(brake)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    fn release(code: KeyCode) -> KeyEvent {
        KeyEvent { kind: KeyEventKind::Release, ..press(code) }
    }

    #[test]
    fn keys_have_their_controls() {
        for (codes, control) in [
            ([KeyCode::Left, KeyCode::Char('a'), KeyCode::Char('A')], Some(Control::Left)),
            ([KeyCode::Right, KeyCode::Char('d'), KeyCode::Char('D')], Some(Control::Right)),
            ([KeyCode::Up, KeyCode::Char('w'), KeyCode::Char('W')], Some(Control::Gas)),
            ([KeyCode::Down, KeyCode::Char('s'), KeyCode::Char(' ')], Some(Control::Brake)),
            ([KeyCode::Esc, KeyCode::Char('q'), KeyCode::Char('Q')], Some(Control::Quit)),
            ([KeyCode::Tab, KeyCode::Char('c'), KeyCode::F(1)], None),
        ] {
            for code in codes {
                assert_eq!(Control::from_key(&press(code)), control, "{code:?}");
            }
        }
        let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        assert_eq!(Control::from_key(&control('c')), Some(Control::Quit));
        assert_eq!(Control::from_key(&control('a')), None);
    }

    #[test]
    fn without_releases_keys_hold_for_a_while() {
        let mut controls = Controls::default();
        assert_eq!(controls.next_action(), [0.0, 0.0, 0.0]);
        controls.key(&press(KeyCode::Up));
        controls.key(&press(KeyCode::Left));
        let actions: Vec<Action> = (0..40).map(|_| controls.next_action()).collect();
        let frames = |wanted: Action| actions.iter().filter(|action| **action == wanted).count() as u32;
        assert_eq!(actions[0], [-1.0, 1.0, 0.0]);
        assert_eq!((frames([-1.0, 1.0, 0.0]), frames([0.0, 1.0, 0.0])), (HOLD, HOLD_GAS - HOLD));
        assert_eq!(actions[39], [0.0, 0.0, 0.0]);
        // What contradicts each other is not held together.
        for code in [KeyCode::Up, KeyCode::Left, KeyCode::Char(' '), KeyCode::Right] {
            controls.key(&press(code));
        }
        assert_eq!(controls.next_action(), [1.0, 0.0, BRAKE]);
        assert!(!controls.quits());
        controls.key(&press(KeyCode::Char('q')));
        assert!(controls.quits());
    }

    #[test]
    fn with_releases_keys_hold_until_then() {
        let mut controls = Controls::default();
        controls.key(&press(KeyCode::Up));
        controls.key(&release(KeyCode::Up));
        assert_eq!(controls.next_action(), [0.0, 0.0, 0.0]);
        controls.key(&press(KeyCode::Up));
        controls.key(&press(KeyCode::Right));
        assert!((0..1000).all(|_| controls.next_action() == [1.0, 1.0, 0.0]));
        controls.key(&release(KeyCode::Right));
        assert_eq!(controls.next_action(), [0.0, 1.0, 0.0]);
    }
}

//! Printing to standard output.

use std::fmt::Arguments;
use std::io::Write;

/// Prints a line like `println!`, but ignores a closed pipe: `cargo book 03_01 | head` must not end the training.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => {
        $crate::output::line(format_args!($($words)*))
    };
}

/// The function behind [`say!`](crate::say).
pub fn line(words: Arguments) {
    let _ = writeln!(std::io::stdout().lock(), "{words}");
}

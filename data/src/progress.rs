//! Signs of life on standard error while something takes its time. They show themselves on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for a download of `total` bytes, if that is known, of which `start` are there.
pub(crate) fn bar(name: &str, start: u64, total: Option<u64>) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = match total {
        Some(_) => "{msg} {bar:32} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}",
        None => "{msg} {spinner} {binary_bytes} {binary_bytes_per_sec}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(name.to_string());
    bar.set_position(start);
    bar.reset_eta();
    bar
}

/// Does the work while a wheel turns beside `what`.
pub(crate) fn waiting<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let wheel = ProgressBar::new_spinner().with_message(what.to_string());
    wheel.enable_steady_tick(Duration::from_millis(100));
    let result = work();
    wheel.finish_and_clear();
    result
}

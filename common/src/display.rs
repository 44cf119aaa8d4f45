//! Showing figures in a notebook.

use crate::plot::Figure;
use anyhow::Result;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The figures of this cell. Every cell is compiled to a library of its own, with a copy of this static of its own: a
/// new cell begins with no figure.
static FIGURES: Mutex<Vec<Figure>> = Mutex::new(vec![]);

/// Shows a figure below the cell, under those that the cell has shown before: evcxr keeps only the last image of a
/// cell, so that it must hold all of them.
pub(crate) fn show(figure: &Figure) -> Result<()> {
    let mut figures = FIGURES.lock().unwrap_or_else(PoisonError::into_inner);
    figures.push(figure.on_screen()?);
    let text = Figure::stacked(&figures)?.evcxr_text()?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

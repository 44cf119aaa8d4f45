//! Showing figures in a notebook.

use crate::plot::Figure;
use anyhow::Result;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The figures of this cell. Each cell is compiled to its own library, with its own copy of this static: a new cell
/// starts without figures.
static FIGURES: Mutex<Vec<Figure>> = Mutex::new(vec![]);

/// Shows a figure below the cell's earlier figures. evcxr keeps only the last image of a cell, so that image contains
/// all of them.
pub(crate) fn show(figure: &Figure) -> Result<()> {
    let mut figures = FIGURES.lock().unwrap_or_else(PoisonError::into_inner);
    figures.push(figure.on_screen()?);
    let text = Figure::stacked(&figures)?.evcxr_text()?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

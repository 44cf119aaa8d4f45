//! Work on all cores, with a result that does not depend on their number.

use anyhow::Result;

/// Splits a list into one piece per core and works on all of them at once. `work` gets the index of a piece's first
/// item in the list, and the piece.
///
/// # Errors
/// The first error of `work`, in the order of the list.
pub fn pieces<T: Send>(items: &mut [T], work: impl Fn(usize, &mut [T]) -> Result<()> + Sync) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let work = &work;
        let pieces = items.chunks_mut(share).enumerate();
        let workers: Vec<_> = pieces.map(|(i, piece)| scope.spawn(move || work(i * share, piece))).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

//! The drawings of 04_04: ten categories, so that a generator can lose modes.

use crate::figures::quality::CATEGORIES;
use anyhow::Result;
use common::cli::Context;
use common::training::DataInfo;
use data::DataSet;

/// The sets of all categories, all real or all synthetic: if one cannot be fetched, all are synthetic.
///
/// # Errors
/// The data that `--data` requires is not available.
pub fn sets(context: &Context) -> Result<Vec<DataSet>> {
    let names = CATEGORIES.map(|category| format!("quickdraw/{category}"));
    let sets = names.iter().map(|name| context.data(name)).collect::<Result<Vec<_>>>()?;
    if sets.iter().all(|set| set.origin.synthetic == sets[0].origin.synthetic) {
        return Ok(sets);
    }
    names.iter().map(|name| context.synthetic(name)).collect()
}

/// All sets as one data set, for a run and its figures.
pub fn info(sets: &[DataSet]) -> DataInfo {
    let all = sets.iter().map(DataInfo::from).collect::<Vec<_>>();
    let checksums: String = all.iter().map(|info| info.checksum.as_str()).collect();
    let first = &all[0];
    let title = match first.synthetic {
        true => format!("synthetic drawings of {} categories, not Quick, Draw!", all.len()),
        false => format!("{}, {} categories", first.title.replace(&format!(" {}", CATEGORIES[0]), ""), all.len()),
    };
    let origin = if first.synthetic { title.clone() } else { first.origin.clone() };
    DataInfo { origin, synthetic: first.synthetic, ..DataInfo::own("quickdraw", &title, checksums.as_bytes()) }
}

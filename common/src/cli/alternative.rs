use super::Context;
use anyhow::Result;
use data::{Choice, DataSet, Store, say};

impl Context {
    /// A data set, or, if it is not to be had, another one in its place; synthetic data of the first if neither is.
    ///
    /// # Errors
    /// As [`Store::fetch`].
    pub fn data_or(&self, name: &str, other: &str) -> Result<DataSet> {
        let (store, choice) = (Store::open()?, self.options.data);
        let real = |name: &str| store.fetch(name, Choice::Real);
        let set = match choice {
            Choice::Synthetic => store.fetch(name, choice),
            Choice::Real => real(name).or_else(|error| real(other).map_err(|_| error)),
            Choice::Any => real(name).or_else(|_| real(other)).or_else(|_| store.fetch(name, Choice::Synthetic)),
        }?;
        say!("data: {}", set.origin.description);
        Ok(set)
    }
}

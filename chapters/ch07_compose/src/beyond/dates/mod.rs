//! Attention between an encoder and a decoder (pp. 254-257), which the book explains with a diagram: a small net that
//! reads dates as people write them and writes them as `1998-05-09`.
//!
//! Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", 2015. The dates
//! are drawn by this module: they are synthetic by nature, and no data set is needed.

pub mod calendar;
pub mod data;
pub mod diagram;
pub mod experiment;
pub mod figures;
pub mod forms;
pub mod model;
pub mod numbers;

pub use calendar::Date;
pub use data::Dates;
pub use forms::Form;
pub use model::{EncoderDecoder, NetConfig, Sizes};

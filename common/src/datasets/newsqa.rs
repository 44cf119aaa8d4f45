//! NewsQA as the book reads it: CSV with the columns `story_id`, `story_text`, `question` and `answer_token_ranges`.

pub use data::newsqa::{parse, read};

//! CelebA's table of attributes and its images, in the forms that its makers, other sites, spreadsheets and pandas give
//! them. The check of the data set and the loader both read them here, so that they agree.
//!
//! The original has the number of rows, a header of attributes, and rows `000001.jpg -1  1 ...`, set apart by blanks.
//! The others have a header that begins with the images' column, and rows set apart by commas, semicolons or tabs, maybe
//! with quotes and a column that counts the rows. 1 means that an image has an attribute; -1 and 0, that it does not.

mod images;
mod table;

pub use images::Images;
pub use table::Table;

/// The endings of images.
const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Whether a name is that of an image. Archives made on a Mac have a hidden `._` file for each file.
fn is_image(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    !name.starts_with('.') && ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
}

/// The name of a Fréchet distance between features of [`Inception`](crate::features::inception::Inception), with the
/// numbers of images, on which it depends: "FID (Inception, n = 1,000)". `real` is the number of real images; it is
/// shown if it differs from that of the samples.
pub fn fid_title(samples: i64, real: i64) -> String {
    let of_real = if real == samples { String::new() } else { format!(", {} real", grouped(real)) };
    format!("FID (Inception, n = {}{of_real})", grouped(samples))
}

/// A number as 12,345.
fn grouped(n: i64) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", grouped(n / 1000), n % 1000) }
}

#[cfg(test)]
mod tests {
    use super::fid_title;

    #[test]
    fn the_numbers_of_images_are_stated() {
        assert_eq!(fid_title(64, 64), "FID (Inception, n = 64)");
        assert_eq!(fid_title(1000, 1000), "FID (Inception, n = 1,000)");
        assert_eq!(fid_title(50_000, 1_202_599), "FID (Inception, n = 50,000, 1,202,599 real)");
    }
}

//! Ticks of an axis, with their labels.

/// The ticks of an axis: positions on it with their labels, and positions of smaller ticks without.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    pub labelled: Vec<(f64, String)>,
    pub minor: Vec<f64>,
}

/// The parts of a power of ten that have a tick on a logarithmic axis.
const ALL_PARTS: [f64; 9] = [1., 2., 3., 4., 5., 6., 7., 8., 9.];

impl Ticks {
    /// At most `most` (or a few more) ticks at round numbers between two ends, which may stand in either order.
    pub fn linear(ends: (f64, f64), most: usize) -> Ticks {
        let (lo, hi) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let step = round_step((hi - lo) / most.max(1) as f64);
        let first = (lo / step - 1e-6).ceil();
        let count = ((hi / step + 1e-6).floor() - first + 1.0).clamp(0.0, 50.0) as usize;
        let at: Vec<f64> = (0..count).map(|i| (first + i as f64) * step).collect();
        let labels = labels(&at, step);
        Ticks { labelled: at.into_iter().zip(labels).collect(), minor: Vec::new() }
    }

    /// The same ticks, but of the labelled ones only as many as there is room for.
    pub fn thinned(mut self, most: usize) -> Ticks {
        let stride = self.labelled.len().div_ceil(most.max(1)).max(1);
        self.labelled = self.labelled.into_iter().step_by(stride).collect();
        self
    }

    /// Ticks of a logarithmic axis whose ends are powers of ten with these exponents.
    pub fn log(ends: (f64, f64), most: usize) -> Ticks {
        let (lo, hi) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let within = |v: &f64| (lo - 1e-9..=hi + 1e-9).contains(v);
        let decades: Vec<i32> = (lo.floor() as i32..=hi.ceil() as i32).filter(|&d| within(&f64::from(d))).collect();
        let parts = |factors: &[f64]| -> Vec<(f64, f64)> {
            (lo.floor() as i32..=hi.ceil() as i32)
                .flat_map(|d| factors.iter().map(move |f| (f64::from(d) + f.log10(), f * 10f64.powi(d))))
                .filter(|(position, _)| within(position))
                .collect()
        };
        if decades.len() >= 2 {
            let stride = decades.len().div_ceil(most.max(1)).max(1);
            let minor = if stride == 1 { parts(&ALL_PARTS[1..]) } else { Vec::new() };
            return Ticks {
                labelled: decades.iter().step_by(stride).map(|&d| (f64::from(d), power_of_ten(d))).collect(),
                minor: minor.into_iter().map(|(position, _)| position).collect(),
            };
        }
        // Within one power of ten: plain numbers at some of its parts, at most six.
        let choices: [&[f64]; 3] = [&ALL_PARTS, &[1., 2., 3., 5.], &[1., 2., 5.]];
        let most = most.clamp(2, 6);
        let mut choices = choices.into_iter().map(parts);
        let at = choices.find(|at| at.len() <= most).unwrap_or_default();
        if at.len() >= 2 {
            let unlabelled = |part: &(f64, f64)| !at.contains(part);
            let minor = parts(&ALL_PARTS).into_iter().filter(unlabelled);
            let label = |value: f64| labels(&[value], value).concat();
            return Ticks {
                minor: minor.map(|(position, _)| position).collect(),
                labelled: at.iter().map(|&(position, value)| (position, label(value))).collect(),
            };
        }
        // A very short stretch: evenly spaced on the plain scale.
        let plain = Ticks::linear((10f64.powf(lo), 10f64.powf(hi)), most);
        let labelled = plain
            .labelled
            .into_iter()
            .filter(|(value, _)| *value > 0.0)
            .map(|(value, label)| (value.log10(), label))
            .collect();
        Ticks { labelled, minor: Vec::new() }
    }
}

/// The smallest of 1, 2, 2.5, 5 or 10 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&round| round >= step * 0.999_999)
        .unwrap_or(10.0 * power)
}

/// Numbers with as many decimals as tell them apart, or as multiples of a power of ten where they are very large or
/// small.
fn labels(at: &[f64], step: f64) -> Vec<String> {
    let largest = at.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let exponent = largest.max(f64::MIN_POSITIVE).log10().floor() as i32;
    let scientific = largest > 0.0 && !(-4..=5).contains(&exponent);
    let unit = if scientific { 10f64.powi(exponent) } else { 1.0 };
    let fine = (0..10).find(|&d| {
        let scaled = step / unit * 10f64.powi(d);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0) && scaled.round() > 0.0
    });
    let decimals = fine.unwrap_or(3) as usize;
    at.iter()
        .map(|&v| {
            let number = number(v / unit, decimals);
            match scientific && v != 0.0 {
                true => format!("{number}×{}", power_of_ten(exponent)),
                false => number,
            }
        })
        .collect()
}

/// A number with a true minus sign, and never "−0".
pub(super) fn number(v: f64, decimals: usize) -> String {
    let text = format!("{v:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().any(|c| ('1'..='9').contains(&c)) => format!("−{rest}"),
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// 10⁻³ and the like.
fn power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent
        .to_string()
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => RAISED[digit as usize],
            None => '⁻',
        })
        .collect::<String>();
    format!("10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &Ticks) -> Vec<&str> {
        ticks.labelled.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_tell_each_other_apart() {
        assert_eq!(texts(&Ticks::linear((-2.2, 4.1), 4)), ["−2", "0", "2", "4"]);
        assert_eq!(texts(&Ticks::linear((0.0, 1.0), 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Ticks::linear((1.0, 0.0), 2)), ["0.0", "0.5", "1.0"]);
        assert_eq!(texts(&Ticks::linear((0.0, 0.01), 4)), ["0.0000", "0.0025", "0.0050", "0.0075", "0.0100"]);
        assert_eq!(texts(&Ticks::linear((0.0, 2e7), 2)), ["0", "1×10⁷", "2×10⁷"]);
    }

    #[test]
    fn log_ticks_are_powers_of_ten_or_plain_numbers_between_two() {
        let decades = Ticks::log((-2.3, 1.0), 9);
        assert_eq!(texts(&decades), ["10⁻²", "10⁻¹", "10⁰", "10¹"]);
        assert!(decades.minor.contains(&2f64.log10()));
        assert_eq!(texts(&Ticks::log((-1.5, -0.6), 9)), ["0.05", "0.1", "0.2"]);
        assert_eq!(texts(&Ticks::log((0.01, 0.03), 3)), ["1.04", "1.06"]);
        assert_eq!(Ticks::log((-40.0, 2.0), 9).minor, Vec::<f64>::new());
    }

    #[test]
    fn numbers_have_a_true_minus_and_no_negative_zero() {
        assert_eq!(number(-1.25, 1), "−1.2");
        assert_eq!(number(-0.01, 1), "0.0");
        assert_eq!(number(3.0, 0), "3");
    }
}

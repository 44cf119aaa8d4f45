use std::collections::HashMap;

/// The longest n-grams that are compared.
const LONGEST: usize = 4;

/// BLEU-4 of a corpus: sentences as words, each with one reference; 0 to 1.
///
/// exp(mean over n = 1..4 of log p_n) · min(1, exp(1 - r / c)), with p_n the share of n-grams that occur in the reference,
/// counted over all sentences, and r, c the lengths of references and sentences. Papineni et al., "BLEU: a Method for
/// Automatic Evaluation of Machine Translation", 2002. For n above 1 one is added to both counts, so that a small corpus
/// does not come to 0: Lin and Och, "ORANGE", 2004.
pub fn bleu4<'a, W: AsRef<str> + 'a>(pairs: impl IntoIterator<Item = (&'a [W], &'a [W])>) -> f64 {
    let (mut found, mut all, mut lengths) = ([0.0; LONGEST], [0.0; LONGEST], [0.0; 2]);
    for (sentence, reference) in pairs {
        lengths[0] += sentence.len() as f64;
        lengths[1] += reference.len() as f64;
        for n in 1..=LONGEST {
            let in_reference = counts(reference, n);
            for (gram, count) in counts(sentence, n) {
                found[n - 1] += count.min(in_reference.get(&gram).copied().unwrap_or(0)) as f64;
                all[n - 1] += count as f64;
            }
        }
    }
    let [of_sentences, of_references] = lengths;
    if of_sentences == 0.0 || found[0] == 0.0 {
        return 0.0;
    }
    let log_precision = |n: usize| match n {
        0 => (found[0] / all[0]).ln(),
        n => ((found[n] + 1.0) / (all[n] + 1.0)).ln(),
    };
    let mean = (0..LONGEST).map(log_precision).sum::<f64>() / LONGEST as f64;
    mean.exp() * (1.0 - of_references / of_sentences).min(0.0).exp()
}

/// How often each n-gram occurs.
fn counts<W: AsRef<str>>(words: &[W], n: usize) -> HashMap<Vec<&str>, usize> {
    let mut counts = HashMap::new();
    for gram in words.windows(n) {
        *counts.entry(gram.iter().map(AsRef::as_ref).collect()).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::bleu4;

    fn words(text: &str) -> Vec<&str> {
        text.split(' ').collect()
    }

    fn of(pairs: &[(&str, &str)]) -> f64 {
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (words(a), words(b))).collect();
        bleu4(pairs.iter().map(|(a, b)| (&a[..], &b[..])))
    }

    #[test]
    fn counts_by_hand() {
        assert_eq!(of(&[("what did the fox say", "what did the fox say")]), 1.0);
        assert_eq!(of(&[("who", "what did the fox say")]), 0.0);
        // 1-grams 3 of 4, 2-grams (1 + 1) of (3 + 1), 3-grams (0 + 1) of (2 + 1), 4-grams (0 + 1) of (1 + 1).
        let expected = (0.75f64 * (2.0 / 4.0) * (1.0 / 3.0) * (1.0 / 2.0)).powf(0.25);
        assert!((of(&[("the fox ate grapes", "the fox saw grapes")]) - expected).abs() < 1e-12);
        // Two words of five: all of them found, but too short.
        let short = of(&[("what did", "what did the fox say")]);
        assert!((short - (1.0f64 - 5.0 / 2.0).exp()).abs() < 1e-12, "{short}");
        // A word counts no oftener than in the reference: 1 of 2; no 2-gram of one.
        let twice = of(&[("the the", "the fox")]);
        assert!((twice - (0.5f64 * 0.5).powf(0.25)).abs() < 1e-12, "{twice}");
    }
}

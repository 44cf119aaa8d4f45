//! Sparse attention: the sets of the paper, and the block-wise computation against attention with their mask.

use ch09::models::attention::{AttentionForm, Mask, attention};
use ch09::models::sparse_attention::{Pattern, Sparse};
use tch::{Device, Kind, Tensor};
use testing_tensors::{assert_near, device};

fn sparse(pattern: Pattern, block: i64, summary: i64) -> Sparse {
    Sparse { pattern, block, summary }
}

#[test]
fn masks_are_the_papers_sets() {
    for (l, c) in [(1, 1), (3, 1), (4, 2), (5, 5)] {
        for pattern in [Pattern::Dense, Pattern::Strided, Pattern::Fixed] {
            let seen = Vec::<Vec<bool>>::try_from(sparse(pattern, l, c).seen(23, Device::Cpu)).unwrap();
            for i in 0..23i64 {
                for j in 0..23i64 {
                    let in_set = match pattern {
                        Pattern::Dense => true,
                        Pattern::Strided => (i - l).max(0) <= j || (i - j) % l == 0,
                        Pattern::Fixed => i / l == j / l || j % l >= l - c,
                    };
                    assert_eq!(seen[i as usize][j as usize], in_set && j <= i, "{pattern:?} {l} {c}: {i} {j}");
                }
            }
        }
    }
}

#[test]
fn block_wise_attention_equals_attention_with_the_mask() {
    tch::manual_seed(1);
    for time in [1, 2, 5, 8, 16, 21] {
        for sparse in [
            sparse(Pattern::Dense, 4, 1),
            sparse(Pattern::Strided, 4, 1),
            sparse(Pattern::Strided, 1, 1),
            sparse(Pattern::Strided, 32, 1),
            sparse(Pattern::Fixed, 4, 1),
            sparse(Pattern::Fixed, 4, 4),
            sparse(Pattern::Fixed, 1, 1),
            sparse(Pattern::Fixed, 32, 3),
        ] {
            let what = format!("{sparse:?}, {time} tokens");
            let random = || Tensor::randn([2, 3, time, 5], (Kind::Double, device()));
            let inputs = [random(), random(), random()].map(|input| input.set_requires_grad(true));
            let [q, k, v] = &inputs;
            let weighting = random();
            let written = attention(q, k, v, &Mask::Seen(sparse.seen(time, device())), AttentionForm::Written).values;
            let block_wise = sparse.attend(q, k, v);
            assert_near(&what, &block_wise, &written, 1e-12);
            let gradients = |values: Tensor| {
                let all: Vec<&Tensor> = inputs.iter().collect();
                Tensor::run_backward(&[(values * &weighting).sum(Kind::Double)], &all, false, false)
            };
            for (block_wise, written) in gradients(block_wise).iter().zip(&gradients(written)) {
                assert_near(&format!("gradient of {what}"), block_wise, written, 1e-12);
            }
        }
    }
}

#[test]
fn the_future_is_not_seen() {
    tch::manual_seed(2);
    for pattern in [Pattern::Dense, Pattern::Strided, Pattern::Fixed] {
        let sparse = sparse(pattern, 4, 2);
        let [q, k, v] = [0; 3].map(|_| Tensor::randn([1, 1, 13, 4], (Kind::Float, Device::Cpu)));
        let first = sparse.attend(&q, &k, &v);
        let changed = |x: &Tensor| Tensor::cat(&[x.narrow(2, 0, 9), x.narrow(2, 9, 4) + 7.0], 2);
        let second = sparse.attend(&q, &changed(&k), &changed(&v));
        assert_near("the past", &second.narrow(2, 0, 9), &first.narrow(2, 0, 9), 1e-6);
        assert_ne!(second.narrow(2, 9, 4), first.narrow(2, 9, 4));
    }
}

#[test]
fn few_weights_are_computed() {
    let length = 4096;
    let all = sparse(Pattern::Dense, 1, 1).computed(length);
    assert_eq!(all, length * length);
    for pattern in [Pattern::Strided, Pattern::Fixed] {
        let sparse = sparse(pattern, 1, 4).for_length(length);
        assert_eq!(sparse.block, 64);
        assert!(sparse.computed(length) * 10 < all, "{pattern:?}: {}", sparse.computed(length));
    }
    assert_eq!(sparse(Pattern::Fixed, 9, 8).for_length(1), Sparse { pattern: Pattern::Fixed, block: 1, summary: 1 });
}
